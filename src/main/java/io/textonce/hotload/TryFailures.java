package io.textonce.hotload;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.model.PipelineDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.TryDefinition;

/**
 * Pipeline around each {@code doTry} of a user route, by which the policy of the route gets the failures that it does not
 * catch, as it does of one within another step. Camel gives those of the route's own to none: a rejected event would be
 * stored nowhere, and its caller would retry without end.
 */
final class TryFailures implements RouteBuilderLifecycleStrategy {

    @Override
    public void afterConfigure(RouteBuilder builder) {
        for (RouteDefinition route : builder.getRouteCollection().getRoutes()) {
            route.getOutputs().replaceAll(step -> {
                if (!(step instanceof TryDefinition)) {
                    return step;
                }
                var pipeline = new PipelineDefinition();
                pipeline.setParent(route);
                pipeline.addOutput(step);
                return pipeline;
            });
        }
    }
}
