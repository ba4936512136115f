package io.textonce.hotload;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;

/**
 * Failure policy of a user route that names none and that other routes call: it leaves its failures to its caller. Camel's
 * own error handler would mark a failure as handled, so that the caller's policy did nothing, and the event was neither
 * rejected nor retried.
 */
final class DefaultPolicy implements RouteBuilderLifecycleStrategy {

    @Override
    public void afterConfigure(RouteBuilder builder) {
        var routes = builder.getRouteCollection();
        if (!routes.getOnExceptions().isEmpty()) {
            return;
        }
        for (RouteDefinition route : routes.getRoutes()) {
            if (route.getRouteConfigurationId() == null
                    && !route.isErrorHandlerFactorySet()
                    && route.getInput().getEndpointUri().startsWith(DirectCalls.SCHEME)) {
                // Camel has applied the route configurations by now.
                route.errorHandler(new NoErrorHandlerDefinition());
            }
        }
    }
}
