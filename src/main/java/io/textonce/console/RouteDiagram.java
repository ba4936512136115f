package io.textonce.console;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.camel.model.EndpointRequiredDefinition;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.OptionalIdentifiedDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.jspecify.annotations.Nullable;

/**
 * Diagram of a route as a tree of its steps, each with its description. Of an endpoint it shows the component, and the
 * route or kamelet: a URI may contain a password, a statement or a number.
 *
 * @param from source of its exchanges
 * @param failures steps on a failure
 * @param callers the routes that call it
 */
public record RouteDiagram(Step from, List<Step> steps, List<Step> failures, List<String> callers) {

    private static final Map<String, String> SIGNS = Map.ofEntries(
            Map.entry("to", "→"),
            Map.entry("toD", "→"),
            Map.entry("wireTap", "⇢"),
            Map.entry("process", "ƒ"),
            Map.entry("bean", "ƒ"),
            Map.entry("choice", "?"),
            Map.entry("when", "?"),
            Map.entry("otherwise", "?"),
            Map.entry("filter", "?"),
            Map.entry("idempotentConsumer", "1"),
            Map.entry("split", "⋔"),
            Map.entry("threads", "⋔"));

    static @Nullable RouteDiagram of(ModelCamelContext camel, String routeId) {
        var route = camel.getRouteDefinition(routeId);
        if (route == null) {
            return null;
        }
        var input = route.getInput();
        var from = new Step(input.getId(), "from", "▶", words(input), target(input.getEndpointUri()), null, List.of());
        return new RouteDiagram(
                from,
                steps(camel, outputs(route, false)),
                steps(camel, outputs(route, true)),
                callers(camel, input.getEndpointUri()));
    }

    /** Returns the steps without those on a failure, which Camel keeps in the same list. */
    private static List<ProcessorDefinition<?>> outputs(RouteDefinition route, boolean isForFailures) {
        return route.getOutputs().stream()
                .filter(step -> step.isAbstract() == isForFailures)
                .toList();
    }

    private static List<Step> steps(ModelCamelContext camel, List<ProcessorDefinition<?>> steps) {
        return steps.stream().map(step -> step(camel, step)).toList();
    }

    private static Step step(ModelCamelContext camel, ProcessorDefinition<?> step) {
        String kind = step.getShortName();
        String uri = uri(step);
        return new Step(
                step.getId(),
                kind,
                SIGNS.getOrDefault(kind, "·"),
                words(step),
                uri == null ? null : target(uri),
                uri == null ? null : route(camel, uri),
                steps(camel, step.getOutputs()));
    }

    private static String words(OptionalIdentifiedDefinition<?> step) {
        return step.getDescriptionText() == null ? "" : step.getDescriptionText();
    }

    private static @Nullable String uri(ProcessorDefinition<?> step) {
        if (step instanceof ToDynamicDefinition dynamic) {
            return dynamic.getUri();
        }
        return step instanceof EndpointRequiredDefinition endpoint ? endpoint.getEndpointUri() : null;
    }

    /** Returns the component, and the name of a route or kamelet. */
    private static String target(String uri) {
        String address = uri.replaceFirst("\\?.*", "");
        String component = address.replaceFirst(":.*", "");
        return component.equals("direct") || component.equals("kamelet") ? address : component;
    }

    /** Returns the route at an address, or null. */
    private static @Nullable String route(ModelCamelContext camel, String uri) {
        String address = target(uri);
        return camel.getRouteDefinitions().stream()
                .filter(route -> address.startsWith("direct:") && address.equals(address(route)))
                .map(RouteDefinition::getRouteId)
                .findFirst()
                .orElse(null);
    }

    private static List<String> callers(ModelCamelContext camel, String uri) {
        String address = target(uri);
        var callers = new TreeSet<String>();
        if (address.startsWith("direct:")) {
            for (var route : camel.getRouteDefinitions()) {
                if (calls(route.getOutputs(), address) && !Boolean.TRUE.equals(route.isKamelet())) {
                    callers.add(route.getRouteId());
                }
            }
        }
        return List.copyOf(callers);
    }

    /** Returns whether the steps call a route; an address with a variable matches every route with its prefix. */
    private static boolean calls(List<ProcessorDefinition<?>> steps, String address) {
        return steps.stream().anyMatch(step -> {
            String uri = uri(step);
            if (uri != null) {
                String to = target(uri);
                int variable = to.indexOf("${");
                if (variable < 0 ? to.equals(address) : address.startsWith(to.substring(0, variable))) {
                    return true;
                }
            }
            return calls(step.getOutputs(), address);
        });
    }

    private static String address(RouteDefinition route) {
        return target(route.getInput().getEndpointUri());
    }

    /**
     * Step of a diagram.
     *
     * @param kind its element in the route file, such as filter
     * @param words its description
     * @param target its destination, or null
     * @param route the route there, or null
     */
    public record Step(
            @Nullable String id,
            String kind,
            String sign,
            String words,
            @Nullable String target,
            @Nullable String route,
            List<Step> steps) {}
}
