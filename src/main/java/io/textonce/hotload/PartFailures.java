package io.textonce.hotload;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.model.MulticastDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.processor.aggregate.UseOriginalAggregationStrategy;

/**
 * Aggregation of the parts of a user route's step that fails if a part fails, once all were tried. Camel drops the
 * failure of a part, or of all but the last, so that the source would drop an event that was never accepted.
 */
final class PartFailures implements RouteBuilderLifecycleStrategy {

    private static final AggregationStrategy LATEST_OR_FAILED =
            (before, latest) -> before != null && before.isFailed() ? before : latest;

    @Override
    public void afterConfigure(RouteBuilder builder) {
        for (RouteDefinition route : builder.getRouteCollection().getRoutes()) {
            ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class)
                    .forEach(PartFailures::keep);
        }
    }

    private static void keep(ProcessorDefinition<?> step) {
        if (step instanceof SplitDefinition split && split.getAggregationStrategy() == null) {
            split.setAggregationStrategy(new UseOriginalAggregationStrategy(true));
        } else if (step instanceof MulticastDefinition multicast && multicast.getAggregationStrategy() == null) {
            multicast.setAggregationStrategy(LATEST_OR_FAILED);
        } else if (step instanceof RecipientListDefinition<?> list && list.getAggregationStrategy() == null) {
            list.setAggregationStrategy(LATEST_OR_FAILED);
        }
    }
}
