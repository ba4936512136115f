package io.textonce.console;

import io.textonce.hotload.EventOverrides;
import io.textonce.http.ForwardedHeaders;
import io.textonce.intake.Intakes;
import io.textonce.security.AuthenticationFailureHandler;
import io.textonce.security.TokenAuthenticator;
import io.textonce.settings.TextOnceProperties;
import java.time.Clock;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.springframework.boot.actuate.autoconfigure.web.server.ConditionalOnManagementPort;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.context.annotation.Bean;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * Pages of the management port, if it is a separate port. Spring Boot finds this class by the file {@code
 * ManagementContextConfiguration.imports}; as a {@code @Configuration} it would add the pages to the main port, too.
 */
@ConditionalOnManagementPort(ManagementPortType.DIFFERENT)
class RoutesPageConfiguration {

    @Bean
    ForwardedHeaders managementForwardedHeaders(TextOnceProperties settings) {
        return new ForwardedHeaders(settings);
    }

    @Bean
    LoginPage managementLogin(
            OperatorCookie cookie,
            TokenAuthenticator authenticator,
            AuthenticationFailureHandler failureHandler,
            TextOnceProperties settings) {
        return new LoginPage(cookie, authenticator, failureHandler, settings);
    }

    @Bean
    RouterFunction<ServerResponse> routesPage(
            CamelContext camel,
            RouteCounts counts,
            EventOverrides overrides,
            Intakes intakes,
            AuditLog audit,
            Clock clock) {
        return new RoutesPage(new Routes(camel, counts, overrides), intakes, (ModelCamelContext) camel, audit, clock)
                .paths();
    }
}
