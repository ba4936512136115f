package io.textonce.hotload;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.builder.RouteConfigurationBuilder;
import org.springframework.stereotype.Component;

/** Listener that records the file of each route configuration; Camel does so for routes alone. */
@Component
final class ConfigurationSources implements RouteBuilderLifecycleStrategy {

    @Override
    public void afterConfigure(RouteBuilder builder) {
        if (builder instanceof RouteConfigurationBuilder file) {
            file.getRouteConfigurationCollection()
                    .getRouteConfigurations()
                    .forEach(configuration -> configuration.setResource(file.getResource()));
        }
    }
}
