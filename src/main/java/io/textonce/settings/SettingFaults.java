package io.textonce.settings;

import io.textonce.lib.LibFolder;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.unit.DataSize;

/**
 * Faults of the settings, one for each, by environment variable and in the order found. None shows a value, since half of
 * them are secrets.
 */
final class SettingFaults {

    static final String MISSING = "is missing";

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Z][A-Z0-9_]*)(?::.*)?}");

    private static final Map<Class<?>, String> EXPECTED = Map.of(
            Duration.class, TextOnceProperties.DURATION,
            Instant.class, "must be a moment such as 2026-11-23T09:00:00Z",
            ZoneId.class, "must be a time zone such as Europe/Berlin",
            Locale.class, "must be a language tag such as en or pt-BR",
            DataSize.class, "must be a size such as 64KB",
            int.class, TextOnceProperties.COUNT,
            Integer.class, TextOnceProperties.COUNT,
            long.class, TextOnceProperties.COUNT,
            boolean.class, "must be true or false");

    private final ConfigurableEnvironment environment;
    private final Map<String, String> faults = new LinkedHashMap<>();

    SettingFaults(ConfigurableEnvironment environment) {
        this.environment = environment;
    }

    /** Returns the fault of a value that is not of this type. */
    static String expected(Class<?> type) {
        if (type.isEnum()) {
            return "must be one of " + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT);
        }
        return EXPECTED.getOrDefault(type, "cannot be read");
    }

    /** Adds a fault of a property, unless it has one. */
    void add(String property, String fault) {
        faults.putIfAbsent(variable(property), fault);
    }

    /** Adds a fault of a property unless a rule holds. */
    void demand(String property, boolean holds, String fault) {
        if (!holds) {
            add(property, fault);
        }
    }

    /** Adds a fault of a property that is missing or not valid. */
    void require(String property, Predicate<String> valid, String fault) {
        String value = value(property);
        demand(property, !value.isEmpty(), MISSING);
        demand(property, valid.test(value), fault);
    }

    /** Adds a jar that may not be in the folder {@code lib}. */
    void addLibrary(LibFolder.Problem problem) {
        faults.putIfAbsent(problem.jar().toString(), problem.reason());
    }

    /** Adds a name that no setting has, with the nearest one that a setting has. */
    void addUnknown(String name, String nearest) {
        faults.putIfAbsent(name, "is unknown; did you mean " + nearest + "?");
    }

    /** The value of any property, or an empty text; one that cannot be resolved is a fault. */
    String value(String property) {
        try {
            return environment.getProperty(property, "").strip();
        } catch (IllegalArgumentException e) {
            add(property, "must not hold ${");
            return "";
        }
    }

    /** Returns whether a property is set and blank. */
    boolean isBlank(String property) {
        try {
            return environment.getProperty(property, "-").isBlank();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The environment variable that fills a property: the one that application.yaml names, else Spring Boot's own form. */
    String variable(String property) {
        for (var source : environment.getPropertySources()) {
            var named = PLACEHOLDER.matcher(String.valueOf(source.getProperty(property)));
            if (named.matches()) {
                return named.group(1);
            }
        }
        return written(property);
    }

    /** The environment variable of a property that application.yaml does not have. */
    static String written(String property) {
        return property.replace("max-age.", "maxage.") // the key of a map follows: no hyphen may be in its variable
                .replaceAll("\\[.*?]", "")
                .replace('.', '_')
                .replace('-', '_')
                .toUpperCase(Locale.ROOT);
    }

    void throwIfAny() {
        if (!faults.isEmpty()) {
            throw new InvalidSettings(faults.entrySet().stream()
                    .map(fault -> fault.getKey() + " " + fault.getValue())
                    .toList());
        }
    }
}
