package io.textonce.settings;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;

/** Names of settings that nothing reads: a misspelt one would leave its default in force without a word. */
final class UnknownSettings {

    /** Variables that Kubernetes sets for each service of a namespace, such as textonce or textonce-db. */
    private static final Pattern SERVICE_LINK =
            Pattern.compile("TEXTONCE_(\\w+_)?(SERVICE_HOST|SERVICE_PORT\\w*|PORT|PORT_\\d+_\\w+)");

    private static final Pattern OTHER_CHARACTERS = Pattern.compile("[^a-z0-9*]");

    private final ConfigurableEnvironment environment;
    private final List<String> known = new ArrayList<>();
    private final Pattern bareNames;

    UnknownSettings(ConfigurableEnvironment environment, EventParameters events) {
        this.environment = environment;
        collect("textonce", TextOnceProperties.class);
        events.byEvent()
                .forEach((event, parameters) ->
                        parameters.forEach(parameter -> known.add(EventSettings.propertyOf(event, parameter))));
        bareNames = Pattern.compile(
                known.stream().map(name -> bare(name).replace("*", ".+")).collect(Collectors.joining("|")));
    }

    void report(SettingFaults faults) {
        names(environment).forEach(name -> {
            boolean variable = name.startsWith("TEXTONCE_");
            if ((variable || name.startsWith("textonce.")) && !isKnown(name)) {
                String nearest = nearest(name);
                faults.addUnknown(name, variable ? faults.variable(nearest) : nearest);
            }
        });
    }

    /** Returns the names of all that is set, as they are written. */
    static Stream<String> names(ConfigurableEnvironment environment) {
        return environment.getPropertySources().stream()
                .filter(EnumerablePropertySource.class::isInstance)
                .flatMap(source -> Stream.of(((EnumerablePropertySource<?>) source).getPropertyNames()));
    }

    private boolean isKnown(String name) {
        String bare = bare(name.replaceAll("(_\\d+)+$|\\[\\d+]", ""));
        return SERVICE_LINK.matcher(name).matches() || bareNames.matcher(bare).matches();
    }

    private String nearest(String name) {
        return known.stream()
                .min(Comparator.comparingInt(setting -> distance(bare(setting), bare(name))))
                .orElseThrow()
                .replace("*", "<name>");
    }

    /** Variables and properties are written differently and mean the same. */
    static String bare(String name) {
        return OTHER_CHARACTERS.matcher(name.toLowerCase(Locale.ROOT)).replaceAll("");
    }

    private void collect(String prefix, Class<?> settings) {
        for (var component : settings.getRecordComponents()) {
            collect(
                    prefix + "." + DataObjectPropertyName.toDashedForm(component.getName()),
                    component.getGenericType());
        }
    }

    private void collect(String name, Type type) {
        if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
            collect(name + ".*", map.getActualTypeArguments()[1]);
        } else if (type instanceof Class<?> settings && settings.isRecord()) {
            collect(name, settings);
        } else {
            known.add(name);
        }
    }

    /** Levenshtein's: how many letters must be changed, added or left out. */
    private static int distance(String one, String other) {
        var row = new int[other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            int diagonal = i - 1;
            for (int j = 0; j <= other.length(); j++) {
                int above = row[j];
                boolean same = i > 0 && j > 0 && one.charAt(i - 1) == other.charAt(j - 1);
                row[j] =
                        i == 0 ? j : j == 0 ? i : same ? diagonal : 1 + Math.min(diagonal, Math.min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return row[other.length()];
    }
}
