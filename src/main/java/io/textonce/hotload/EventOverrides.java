package io.textonce.hotload;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.textonce.event.EventPermission;
import io.textonce.event.EventRejected;
import io.textonce.settings.EventSettings;
import io.textonce.settings.InvalidSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ModelLifecycleStrategySupport;
import org.apache.camel.model.ProcessDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ThrowExceptionDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.stereotype.Component;

/**
 * Application of {@link EventSettings} to each route that is loaded, shipped or the user's: parameters of its kamelets
 * are replaced, and the route of an event that is switched off rejects what it gets from intakes and other routes. The
 * route of every event rejects a client that may not send it.
 */
@Component
public final class EventOverrides implements CamelContextConfiguration {

    private static final Pattern EVENT = Pattern.compile("direct:(?://)?event-([^?]+).*");

    private final EventSettings settings;
    private final BundleFiles files;
    private final Map<String, List<String>> changes = new ConcurrentHashMap<>();

    EventOverrides(EventSettings settings, BundleFiles files) {
        this.settings = settings;
        this.files = files;
    }

    /** The shipped routes are defined by now, and none of them has started. */
    @Override
    public void beforeApplicationStart(CamelContext context) {
        var camel = (ModelCamelContext) context;
        var problems = new ArrayList<String>();
        camel.getRouteDefinitions().forEach(route -> problems.addAll(apply(camel, route)));
        if (!problems.isEmpty()) {
            throw new InvalidSettings(problems);
        }
        camel.addModelLifecycleStrategy(new ModelLifecycleStrategySupport() {
            @Override
            public void onAddRouteDefinition(RouteDefinition route) {
                apply(camel, route).stream().findFirst().ifPresent(problem -> {
                    throw new IllegalArgumentException(problem);
                });
            }
        });
    }

    @Override
    public void afterApplicationStart(CamelContext camel) {}

    /** Changes of a route by settings, in sentences. */
    public List<String> of(String route) {
        return changes.getOrDefault(route, List.of());
    }

    /** Returns the problems of values. */
    private List<String> apply(ModelCamelContext camel, RouteDefinition route) {
        var changed = new ArrayList<String>();
        var problems = new ArrayList<String>();
        String event = eventOf(route.getInput().getEndpointUri());
        for (var step : ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ToDefinition.class)) {
            replace(camel, step, event, changed, problems);
        }
        if (!event.isEmpty()) {
            route.getOutputs().add(0, permission(event));
        }
        if (!settings.isEnabled(event)) {
            route.getOutputs().add(0, rejection(event));
            changed.add("Switched off by " + EventSettings.variableOf(event, "enabled"));
        }
        changes.put(route.getRouteId(), List.copyOf(changed));
        return problems;
    }

    /** Returns the event of a route, or an empty text. */
    private static String eventOf(String uri) {
        var event = EVENT.matcher(uri);
        return event.matches() ? event.group(1) : "";
    }

    /** First step of a switched-off event: nothing else sees the event, in a preview neither. */
    private static ThrowExceptionDefinition rejection(String event) {
        var step = new ThrowExceptionDefinition();
        step.setId("event-" + event + "-rejected");
        step.setDescription("Reject the event, which is switched off");
        step.setException(EventRejected.ofDisabled(event));
        return step;
    }

    /** Rejects a caller of a user's path who may not send the event. */
    private static ProcessDefinition permission(String event) {
        var step = new ProcessDefinition(new EventPermission.Check(event));
        step.setId("event-" + event + "-permission");
        step.setDescription("Reject a client that may not send the event");
        return step;
    }

    private void replace(
            ModelCamelContext camel,
            ToDefinition step,
            String routeEvent,
            List<String> changed,
            List<String> problems) {
        var call = KameletCall.of(camel, step.getUri());
        String event = call.parameter("event").isEmpty() ? routeEvent : call.parameter("event");
        var overrides = settings.parameters().getOrDefault(event, Map.of());
        if (call.kamelet().isEmpty() || overrides.isEmpty()) {
            return;
        }
        var kamelet = kamelet(camel, call.kamelet());
        overrides.forEach((name, value) -> {
            if (kamelet.declares(name)) {
                String variable = EventSettings.variableOf(event, name);
                String reason = kamelet.problemOf(camel, name, value);
                if (reason != null) {
                    problems.add(variable + " is not possible: " + reason);
                }
                step.setUri(with(step.getUri(), name, value));
                String before = call.parameter(name);
                changed.add(name + " is " + shown(value) + " by " + variable + ", in the file "
                        + (before.isEmpty() ? "the default" : before));
            }
        });
    }

    private static String shown(String value) {
        return value.isEmpty() ? "empty" : value;
    }

    private static String with(String uri, String name, String value) {
        String others = uri.replaceFirst("^[^?]*[?]?", "").replaceAll("(^|&)" + name + "=[^&]*", "");
        String pair = name + "=" + URLEncoder.encode(value, UTF_8).replace("+", "%20");
        return uri.replaceFirst("[?].*", "") + "?" + (others + "&" + pair).replaceFirst("^&", "");
    }

    private KameletParameters kamelet(ModelCamelContext camel, String name) {
        try {
            return KameletTemplates.of(camel, files).parameters(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
