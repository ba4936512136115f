package io.textonce.hotload;

import io.textonce.event.LineError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.model.ExpressionNode;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SendDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.model.language.JqExpression;
import org.apache.camel.support.PatternHelper;

/** Checks of what Camel accepts without a word and no route ever does. */
final class RouteChecks {

    private static final String TO_CALLER = "to-caller";

    private final ModelCamelContext camel;
    private final BundleFiles files;
    private final TemplateFields fields;
    private final KameletTemplates kamelets;
    private final Supplier<Set<String>> announced;
    private final TextSteps texts;

    /** @param announced the direct names of all user files, loaded or not */
    RouteChecks(
            ModelCamelContext camel,
            BundleFiles files,
            TemplateFields fields,
            KameletTemplates kamelets,
            Supplier<Set<String>> announced) {
        this.camel = camel;
        this.files = files;
        this.kamelets = kamelets;
        this.fields = fields;
        this.announced = announced;
        this.texts = new TextSteps(camel);
    }

    /** @throws IllegalArgumentException naming the first mistake, with its line if it is known */
    void check(RouteFile file) throws Exception {
        file.requireEvents();
        file.policies().forEach(policy -> requirePolicy(policy, file));
        for (RouteDefinition route : file.routes(camel)) {
            requireComplete(route);
            requireEventName(route);
            requireOwnKey(file, route);
            requireToCaller(file, route);
            HttpSources.requireFree(camel, files, file, route);
            requireConsumers(file, route.getOutputs());
            requireParameters(file, route);
            requireMappings(route);
            fields.check(route, file);
            texts.check(route);
        }
        file.configurations().stream()
                .flatMap(configuration -> configuration.getOnExceptions().stream())
                .forEach(failure -> requireConsumers(file, failure.getOutputs()));
    }

    private void requirePolicy(RouteFile.Name policy, RouteFile file) {
        var known = Stream.concat(
                        camel.getRouteConfigurationDefinitions().stream().map(RouteConfigurationDefinition::getId),
                        file.names().stream()
                                .filter(name -> name.kind().equals(RouteFile.POLICY))
                                .map(RouteFile.Name::name))
                .distinct()
                .sorted()
                .toList();
        for (String id : policy.name().split(",")) {
            if (known.stream().noneMatch(name -> PatternHelper.matchPattern(name, id))) {
                throw new LineError(
                        policy.line(),
                        "there is no route configuration " + id + "; there are " + String.join(", ", known));
            }
        }
    }

    /** Any other policy than the caller's would end the intake, which would acknowledge what was never accepted. */
    private void requireToCaller(RouteFile file, RouteDefinition route) {
        String ids = route.getRouteConfigurationId();
        if (ids == null
                || !DirectCalls.name(camel, route.getInput().getEndpointUri()).startsWith(RouteFile.EVENT)) {
            return;
        }
        boolean isOfSource = camel.getRouteConfigurationDefinitions().stream()
                .filter(policy -> !policy.getId().equals(TO_CALLER))
                .filter(policy -> policy.getResource() == null
                        || !files.isOwn(policy.getResource().getLocation()))
                .anyMatch(policy ->
                        Stream.of(ids.split(",")).anyMatch(id -> PatternHelper.matchPattern(policy.getId(), id)));
        if (isOfSource) {
            throw new LineError(
                    file.lineOf("routeConfigurationId", ids),
                    "an event leaves its failures to the intake that calls it; write " + TO_CALLER + " instead of "
                            + ids);
        }
    }

    /** Camel fails without a word on which step has none, as what is left of one whose lines were deleted. */
    private static void requireComplete(RouteDefinition route) {
        for (ProcessorDefinition<?> step :
                ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class)) {
            if (step instanceof SendDefinition<?> send && send.getUri() == null
                    || step instanceof ToDynamicDefinition dynamic && dynamic.getUri() == null) {
                throw new LineError(step.getLineNumber() + 1, step.getShortName() + " has no uri");
            }
            if (step instanceof ExpressionNode node && node.getExpression() == null) {
                throw new LineError(step.getLineNumber() + 1, step.getShortName() + " has no expression");
            }
        }
    }

    /** The intakes find an event by the id of its route; the sink's parameter shows that a route is an event's. */
    private void requireEventName(RouteDefinition route) {
        String from = DirectCalls.name(camel, route.getInput().getEndpointUri());
        boolean isEvent = !from.isEmpty()
                && endpoints(route.getOutputs())
                        .map(to -> KameletCall.of(camel, to.getUri()))
                        .anyMatch(call -> call.kamelet().equals("sms-send-sink")
                                && call.parameter("event").equals(from));
        if (isEvent) {
            throw new IllegalArgumentException("the intakes find this event by the id and the direct name event-" + from
                    + ", not by " + route.getId());
        }
    }

    /** An event that is sent by the name of another one shares its keys, and an eventId of both would be sent once. */
    private void requireOwnKey(RouteFile file, RouteDefinition route) {
        String event = DirectCalls.name(camel, route.getInput().getEndpointUri());
        if (!event.startsWith(RouteFile.EVENT)) {
            return;
        }
        endpoints(route.getOutputs())
                .map(to -> KameletCall.of(camel, to.getUri()))
                .filter(call -> call.kamelet().equals("sms-send-sink"))
                .map(call -> call.parameter("event"))
                .filter(name -> !event.equals(RouteFile.EVENT + name) && isEvent(RouteFile.EVENT + name, file))
                .findFirst()
                .ifPresent(name -> {
                    throw new LineError(
                            file.lineOf("event", name),
                            name + " is another event, and the same eventId of both would be sent once; write event: "
                                    + event.substring(RouteFile.EVENT.length()));
                });
    }

    private boolean isEvent(String direct, RouteFile file) {
        return runs(direct)
                || file.directs().contains(direct)
                || announced.get().contains(direct);
    }

    private void requireConsumers(RouteFile file, List<ProcessorDefinition<?>> steps) {
        var uris = DirectCalls.uris(steps);
        uris.stream().filter(SourceRules::isInMemory).findFirst().ifPresent(uri -> {
            throw new IllegalArgumentException(
                    "no route may start at " + uri + ", so that what is sent to it is lost; use direct");
        });
        var missing = uris.stream()
                .map(uri -> DirectCalls.name(camel, uri))
                .filter(name -> !name.isEmpty()
                        && !name.contains("$")
                        && !file.directs().contains(name))
                .filter(name -> !runs(name))
                .collect(Collectors.toCollection(ArrayList::new));
        if (!missing.isEmpty()) {
            missing.removeAll(announced.get());
        }
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException("no route starts at direct " + missing.get(0));
        }
    }

    private void requireParameters(RouteFile file, RouteDefinition route) throws IOException {
        var uris = Stream.concat(
                        Stream.of(route.getInput().getEndpointUri()),
                        endpoints(route.getOutputs()).map(ToDefinition::getUri))
                .toList();
        for (String uri : uris) {
            var call = KameletCall.of(camel, uri);
            var wrong = call.kamelet().isEmpty()
                    ? null
                    : kamelets.parameters(call.kamelet()).problem(call.parameters());
            if (wrong != null) {
                throw new LineError(file.lineOf(wrong.name(), wrong.value()), call.kamelet() + ": " + wrong.reason());
            }
        }
    }

    /** Compiles the mappings, so that one that is wrong is found before the routes of the previous version end. */
    private void requireMappings(RouteDefinition route) throws Exception {
        ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ExpressionNode.class).stream()
                .map(ExpressionNode::getExpression)
                .filter(expression -> expression instanceof JqExpression || expression.getExpressionValue() != null)
                .forEach(query -> query.createExpression(camel));
        var stylesheets = endpoints(route.getOutputs())
                .map(ToDefinition::getUri)
                .filter(uri -> uri.matches("xslt(-saxon)?:.*"))
                .toList();
        for (String uri : stylesheets) {
            var component = camel.getComponent(uri.substring(0, uri.indexOf(':')));
            try (var endpoint = component.createEndpoint(camel.resolvePropertyPlaceholders(uri))) {
                endpoint.start();
            }
        }
    }

    private boolean runs(String direct) {
        return camel.getRouteDefinitions().stream()
                .anyMatch(route -> DirectCalls.name(camel, route.getInput().getEndpointUri())
                        .equals(direct));
    }

    private static Stream<ToDefinition> endpoints(List<ProcessorDefinition<?>> steps) {
        return ProcessorDefinitionHelper.filterTypeInOutputs(steps, ToDefinition.class).stream();
    }
}
