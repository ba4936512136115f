package io.textonce.settings;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.io.support.ResourcePatternResolver;

/** Events of the route files, shipped or the user's, and the parameters that the kamelets of each declare. */
final class EventParameters {

    private static final String EVENT = "event-";
    private static final Pattern EVENTS = Pattern.compile("\\bevent-([a-z0-9]+(?:-[a-z0-9]+)*)");
    private static final Pattern KAMELET = Pattern.compile("kamelet:([\\w-]+)(?:\\?(?:.*&)?event=([\\w-]+))?.*");
    private static final String SINK = "sms-send-sink";

    private final ResourcePatternResolver files = new PathMatchingResourcePatternResolver();
    private final List<String> folders = new ArrayList<>();
    private final Map<String, Set<String>> declared = new HashMap<>();
    private final Map<String, Set<String>> byEvent = new TreeMap<>();

    private EventParameters() {}

    /** Returns none, read from no file, as long as there is no setting of an event. */
    static EventParameters of(TextOnceProperties settings, ConfigurableEnvironment environment) {
        var parameters = new EventParameters();
        if (UnknownSettings.names(environment)
                .anyMatch(name -> UnknownSettings.bare(name).startsWith("textonceevents"))) {
            parameters.read(settings.home(), settings.routes());
        }
        return parameters;
    }

    private void read(String home, String own) {
        folders.add(home);
        if (!own.isEmpty()) {
            folders.add("file:" + own);
        }
        try {
            for (String root : folders) {
                for (var file : files.getResources(root + "/**/*.camel.yaml")) {
                    if (!file.getURL().getPath().contains("/examples/")) {
                        read(file.getContentAsString(UTF_8));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Parameters by event, and for each the switch. */
    Map<String, Set<String>> byEvent() {
        return byEvent;
    }

    private void read(String text) throws IOException {
        try {
            if (new Load(LoadSettings.builder().build()).loadFromString(text) instanceof List<?> elements) {
                for (var element : elements) {
                    if (element instanceof Map<?, ?> map && map.get("route") instanceof Map<?, ?> route) {
                        String event = eventOf(route);
                        parametersOf(event);
                        collect(route, event);
                    }
                }
            }
        } catch (YamlEngineException e) {
            // The file's error is reported when it is loaded; the settings of its events are right all the same.
            for (var named : EVENTS.matcher(text).results().toList()) {
                parametersOf(named.group(1)).addAll(declared(SINK));
            }
        }
    }

    private Set<String> parametersOf(@Nullable String event) {
        return event == null
                ? new TreeSet<>()
                : byEvent.computeIfAbsent(event, name -> new TreeSet<>(Set.of(EventSettings.ENABLED)));
    }

    private static @Nullable String eventOf(Map<?, ?> route) {
        Object from =
                route.get("from") instanceof Map<?, ?> map ? map : Map.of("uri", String.valueOf(route.get("from")));
        String uri = String.valueOf(((Map<?, ?>) from).get("uri"));
        String name = uri.equals("direct") && ((Map<?, ?>) from).get("parameters") instanceof Map<?, ?> parameters
                ? String.valueOf(parameters.get("name"))
                : uri.replaceFirst("^direct:(//)?", "");
        return name.startsWith(EVENT) ? name.substring(EVENT.length()) : null;
    }

    /** Adds the parameters of each kamelet that is called; one that names its event is of that event. */
    private void collect(@Nullable Object node, @Nullable String event) throws IOException {
        if (node instanceof List<?> list) {
            for (var item : list) {
                collect(item, event);
            }
        } else if (node instanceof Map<?, ?> map) {
            var call = KAMELET.matcher(String.valueOf(map.get("uri")));
            if (call.matches()) {
                Object named = map.get("parameters") instanceof Map<?, ?> given ? given.get("event") : call.group(2);
                parametersOf(named == null ? event : named.toString()).addAll(declared(call.group(1)));
            }
            for (var value : map.values()) {
                collect(value, event);
            }
        }
    }

    private Set<String> declared(String kamelet) throws IOException {
        if (!declared.containsKey(kamelet)) {
            var names = new TreeSet<String>();
            for (String root : folders) {
                var file = files.getResource(root + "/kamelets/" + kamelet + ".kamelet.yaml");
                if (file.exists()) {
                    names.addAll(names(file));
                }
            }
            names.remove("event");
            declared.put(kamelet, names);
        }
        return declared.get(kamelet);
    }

    private static Set<String> names(Resource file) throws IOException {
        Object node = new Load(LoadSettings.builder().build()).loadFromString(file.getContentAsString(UTF_8));
        for (String key : List.of("spec", "definition", "properties")) {
            node = node instanceof Map<?, ?> map ? map.get(key) : null;
        }
        var names = new TreeSet<String>();
        if (node instanceof Map<?, ?> properties) {
            properties.keySet().forEach(name -> names.add(name.toString()));
        }
        return names;
    }
}
