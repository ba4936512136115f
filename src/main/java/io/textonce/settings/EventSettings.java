package io.textonce.settings;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Settings of single events: whether an event is accepted, and the parameters of its kamelets that replace those of the
 * route file. An environment variable can't show where the name of an event ends, so each is found by its whole name.
 */
public final class EventSettings {

    static final String ENABLED = "enabled";

    private final Map<String, Map<String, String>> values = new TreeMap<>();

    EventSettings(EventParameters known, ConfigurableEnvironment environment, SettingFaults faults) {
        known.byEvent().forEach((event, parameters) -> {
            for (String parameter : parameters) {
                String value = value(environment, propertyOf(event, parameter));
                if (value != null) {
                    values.computeIfAbsent(event, name -> new TreeMap<>()).put(parameter, value);
                }
            }
        });
        values.forEach((event, parameters) -> {
            if (!parameters.getOrDefault(ENABLED, "true").matches("true|false")) {
                faults.add(propertyOf(event, ENABLED), SettingFaults.expected(boolean.class));
            }
        });
    }

    /** Name of a setting. */
    static String propertyOf(String event, String parameter) {
        return "textonce.events." + event + "." + DataObjectPropertyName.toDashedForm(parameter);
    }

    /** Name of a setting as an environment variable. */
    public static String variableOf(String event, String parameter) {
        return SettingFaults.written(propertyOf(event, parameter));
    }

    public boolean isEnabled(String event) {
        return !"false".equals(values.getOrDefault(event, Map.of()).get(ENABLED));
    }

    /** Parameters by event, as a kamelet names them. */
    public Map<String, Map<String, String>> parameters() {
        var parameters = new TreeMap<String, Map<String, String>>();
        values.forEach((event, all) -> {
            var others = new TreeMap<>(all);
            others.remove(ENABLED);
            parameters.put(event, others);
        });
        return Collections.unmodifiableMap(parameters);
    }

    private static @Nullable String value(ConfigurableEnvironment environment, String property) {
        String bare = UnknownSettings.bare(property);
        return UnknownSettings.names(environment)
                .filter(name -> UnknownSettings.bare(name).equals(bare))
                .findFirst()
                .map(name -> environment.getProperty(name, "").strip())
                .orElse(null);
    }
}
