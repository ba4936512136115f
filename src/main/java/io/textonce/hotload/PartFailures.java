package io.textonce.hotload;

import com.fasterxml.jackson.databind.JsonNode;
import io.textonce.event.EventOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.model.MulticastDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.model.language.ExpressionDefinition;
import org.apache.camel.model.language.JqExpression;
import org.apache.camel.processor.aggregate.UseOriginalAggregationStrategy;
import org.apache.camel.support.ExpressionAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Aggregation of the parts of a user route's step that fails if a part fails, once all were tried, and keeps the outcome
 * of each. Camel drops the failure of a part, or of all but the last, so that the source would drop an event that was
 * never accepted.
 */
final class PartFailures implements RouteBuilderLifecycleStrategy {

    private static final AggregationStrategy LATEST_OR_FAILED = (before, latest) -> {
        var result = before != null && (before.isFailed() || isResponse(before)) ? before : latest;
        var outcomes = new ArrayList<Object>(before == null ? List.of() : outcomes(before));
        Object outcome = EventOutcome.orDelivery(latest);
        if (outcome != null) {
            outcomes.add(outcome);
        }
        // Several branches may be one event and its by-products.
        if (outcomes.size() == 1 && before != null) {
            EventOutcome.keep(before, result);
        }
        result.setVariable(EventOutcome.PARTS, outcomes.size() > 1 ? outcomes : null);
        return result;
    };

    @Override
    public void afterConfigure(RouteBuilder builder) {
        for (RouteDefinition route : builder.getRouteCollection().getRoutes()) {
            ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class)
                    .forEach(PartFailures::keep);
        }
    }

    private static void keep(ProcessorDefinition<?> step) {
        if (step instanceof SplitDefinition split && split.getAggregationStrategy() == null) {
            split.setAggregationStrategy(new Parts(null));
            if (split.getExpression() instanceof JqExpression query) {
                split.setExpression(new ExpressionDefinition((Expression) new EveryResult(query)));
            }
        } else if (step instanceof MulticastDefinition multicast && multicast.getAggregationStrategy() == null) {
            multicast.setAggregationStrategy(LATEST_OR_FAILED);
        } else if (step instanceof RecipientListDefinition<?> list && list.getAggregationStrategy() == null) {
            list.setAggregationStrategy(LATEST_OR_FAILED);
        }
    }

    /** Returns whether the policy of the route has responded to the caller of a part that failed. */
    private static boolean isResponse(Exchange part) {
        var extension = part.getExchangeExtension();
        return extension.isErrorHandlerHandledSet() && extension.isErrorHandlerHandled() && status(part) >= 400;
    }

    private static int status(Exchange part) {
        return part.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
    }

    private static List<?> outcomes(Exchange part) {
        if (part.getVariable(EventOutcome.PARTS) instanceof List<?> several) {
            return several;
        }
        Object outcome = EventOutcome.orDelivery(part);
        return outcome == null ? List.of() : List.of(outcome);
    }

    /** Results of a query as a list: of a single object the splitter would take the fields for the parts. */
    private static final class EveryResult extends ExpressionAdapter {

        private final JqExpression query;
        private @Nullable Expression compiled;

        private EveryResult(JqExpression query) {
            this.query = query;
        }

        @Override
        public void init(CamelContext camel) {
            super.init(camel);
            compiled = query.createExpression(camel);
        }

        @Override
        public @Nullable Object evaluate(Exchange exchange) {
            Object result = Objects.requireNonNull(compiled).evaluate(exchange, Object.class);
            return result instanceof JsonNode node && !node.isArray() ? List.of(node) : result;
        }

        @Override
        public String toString() {
            return query.getExpression();
        }
    }

    /** Original exchange with the outcome of each part, or with the response to the part that failed worst. */
    private static final class Parts extends UseOriginalAggregationStrategy {

        private final List<@Nullable Object> outcomes = new ArrayList<>();

        private Parts(@Nullable Exchange original) {
            super(original, true);
        }

        @Override
        public UseOriginalAggregationStrategy newInstance(Exchange original) {
            var parts = new Parts(original);
            original.setVariable(EventOutcome.PARTS, parts.outcomes);
            return parts;
        }

        @Override
        public Exchange aggregate(@Nullable Exchange before, Exchange part) {
            if (part.getVariable(EventOutcome.PARTS) instanceof List<?> inner && inner != outcomes) {
                outcomes.addAll(inner);
            } else {
                outcomes.add(EventOutcome.orDelivery(part));
            }
            var result = super.aggregate(before, part);
            // What a retry may change, a 503, is more than a 400.
            if (isResponse(part) && status(part) > (result.isRouteStop() ? status(result) : 0)) {
                result.setMessage(part.getMessage().copy());
                result.setRouteStop(true);
            }
            return result;
        }
    }
}
