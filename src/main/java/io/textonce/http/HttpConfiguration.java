package io.textonce.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.settings.TextOnceProperties;
import org.apache.camel.Processor;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.autoconfigure.security.SecurityProperties;
import org.springframework.boot.task.ThreadPoolTaskExecutorCustomizer;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.TaskDecorator;

/** The HTTP edge's beans, which the routes know by name. */
@Configuration(proxyBeanMethods = false)
class HttpConfiguration {

    @Bean
    RequestGate gate(TextOnceProperties settings, MeterRegistry meters) {
        return new RequestGate(settings.http(), meters);
    }

    /** The workers of the routes. */
    @Bean
    TaskDecorator keepingPlaces(RequestGate gate) {
        return gate::keepingPlace;
    }

    /** Behind the credentials: a stranger takes no place from a caller. */
    @Bean
    FilterRegistrationBean<RequestGate> requestGate(RequestGate gate) {
        var registration = new FilterRegistrationBean<>(gate);
        registration.setOrder(SecurityProperties.DEFAULT_FILTER_ORDER + 1);
        registration.setAsyncSupported(true);
        return registration;
    }

    /** A thread for each request that the gate lets in (JDK 17; a newer JDK has virtual ones): none waits in a queue. */
    @Bean
    ThreadPoolTaskExecutorCustomizer workers(TextOnceProperties settings) {
        int most = settings.http().maxInFlight() + settings.http().maxCallbacksInFlight();
        return executor -> {
            executor.setCorePoolSize(most);
            executor.setAllowCoreThreadTimeOut(true);
        };
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> containerProblems() {
        return tomcat -> tomcat.addContextCustomizers(context ->
                ((StandardHost) context.getParent()).setErrorReportValveClass(ContainerProblems.class.getName()));
    }

    /** A client that stops in the middle of a body is given up; while it waits for its turn it is not. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> slowBodies() {
        return tomcat -> tomcat.addConnectorCustomizers(connector -> {
            connector.setProperty("disableUploadTimeout", "false");
            connector.setProperty("connectionUploadTimeout", "5000");
        });
    }

    @Bean
    KnownHeaders knownHeaders() {
        return new KnownHeaders();
    }

    @Bean
    CallerGone callerGone() {
        return new CallerGone();
    }

    @Bean
    HttpAnswers httpAnswers() {
        return new HttpAnswers();
    }

    @Bean
    Processor httpEvent(HttpAnswers answers) {
        return answers::read;
    }

    @Bean
    Processor httpBody(HttpAnswers answers) {
        return answers::body;
    }

    @Bean
    Processor httpStarted(HttpAnswers answers) {
        return exchange -> answers.json(exchange, 202);
    }

    @Bean
    Processor httpFound(HttpAnswers answers) {
        return exchange -> answers.json(exchange, 200);
    }

    @Bean
    Processor httpCloudEvent(HttpAnswers answers) {
        return answers::readCloudEvent;
    }

    @Bean
    Processor httpAccepted(HttpAnswers answers) {
        return answers::accepted;
    }

    @Bean
    Processor httpProblem(HttpAnswers answers) {
        return answers::problem;
    }

    @Bean
    Processor httpHeard(HttpAnswers answers) {
        return answers::heard;
    }
}
