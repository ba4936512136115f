package io.textonce.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.hotload.UserRoutes;
import io.textonce.settings.TextOnceProperties;
import io.textonce.settings.Tracing;
import io.textonce.tuning.AnsweredAlready;
import java.util.ArrayList;
import java.util.Objects;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.catalina.core.StandardHost;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.security.SecurityProperties;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.method.support.HandlerMethodReturnValueHandler;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

/** Beans of the HTTP edge. */
@Configuration(proxyBeanMethods = false)
class HttpConfiguration {

    @Bean
    AdmissionControl gate(
            TextOnceProperties settings,
            MeterRegistry meters,
            ObjectProvider<CamelContext> camel,
            ObjectProvider<UserRoutes> ownRoutes) {
        // Created with the first request: the web server, and admission control with it, exist before the routes.
        var context = SingletonSupplier.of(camel::getObject);
        var own = SingletonSupplier.of(ownRoutes::getObject);
        return new AdmissionControl(
                settings.http(),
                meters,
                () -> context.obtain().isStarted() && own.obtain().isLoaded());
    }

    /** Registers admission control after authentication: an unauthenticated request takes no place from a caller. */
    @Bean
    FilterRegistrationBean<AdmissionControl> requestGate(AdmissionControl gate) {
        var registration = new FilterRegistrationBean<>(gate);
        registration.setOrder(SecurityProperties.DEFAULT_FILTER_ORDER + 1);
        registration.setAsyncSupported(true);
        return registration;
    }

    @Bean
    SmartInitializingSingleton answeredAlready(
            @Qualifier("requestMappingHandlerAdapter") RequestMappingHandlerAdapter adapter) {
        return () -> {
            var handlers = new ArrayList<HandlerMethodReturnValueHandler>();
            handlers.add(new AnsweredAlready());
            handlers.addAll(Objects.requireNonNull(adapter.getReturnValueHandlers()));
            adapter.setReturnValueHandlers(handlers);
        };
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> containerProblems() {
        return tomcat -> tomcat.addContextCustomizers(context ->
                ((StandardHost) context.getParent()).setErrorReportValveClass(ContainerProblems.class.getName()));
    }

    /** Limits the pause within a body; a client that waits for its turn is not limited. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> slowBodies() {
        return tomcat -> tomcat.addConnectorCustomizers(connector -> {
            connector.setProperty("disableUploadTimeout", "false");
            connector.setProperty("connectionUploadTimeout", "5000");
        });
    }

    @Bean
    HeaderAllowList knownHeaders(ObjectProvider<Tracing> tracing) {
        return new HeaderAllowList(tracing.getIfAvailable() != null);
    }

    @Bean
    CallerGone callerGone() {
        return new CallerGone();
    }

    @Bean
    HttpResponses httpAnswers() {
        return new HttpResponses();
    }

    @Bean
    Processor httpEvent(HttpResponses answers) {
        return answers::read;
    }

    @Bean
    Processor httpBody(HttpResponses answers) {
        return answers::body;
    }

    @Bean
    Processor httpStarted(HttpResponses answers) {
        return exchange -> answers.json(exchange, 202);
    }

    @Bean
    Processor httpFound(HttpResponses answers) {
        return exchange -> answers.json(exchange, 200);
    }

    @Bean
    Processor httpCloudEvent(HttpResponses answers) {
        return answers::readCloudEvent;
    }

    @Bean
    Processor httpAccepted(HttpResponses answers) {
        return answers::accepted;
    }

    @Bean
    Processor httpProblem(HttpResponses answers) {
        return answers::problem;
    }

    @Bean
    Processor httpHeard(HttpResponses answers) {
        return answers::heard;
    }
}
