package io.textonce.hotload;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.support.PropertyBindingSupport;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.springframework.core.NestedExceptionUtils;

/** Parameters that a kamelet declares. Camel checks only that the required ones are there. */
final class KameletParameters {

    private static final Map<String, Pattern> TYPES = Map.of(
            "integer", Pattern.compile("[+-]?\\d+"),
            "number", Pattern.compile("[+-]?\\d+(\\.\\d+)?([eE][+-]?\\d+)?"),
            "boolean", Pattern.compile("true|false"));

    private final Map<?, ?> declared;
    private final @Nullable Object beans;

    /** @param yaml the kamelet's file */
    KameletParameters(String yaml) {
        Object file = new Load(LoadSettings.builder().build()).loadFromString(yaml);
        this.declared = map(map(map(file, "spec"), "definition"), "properties");
        this.beans = map(map(file, "spec"), "template").get("beans");
    }

    boolean declares(String name) {
        return declared.containsKey(name);
    }

    /** Returns why a value is not possible, by the kamelet's declaration and by the bean that gets it, or null. */
    @Nullable
    String problemOf(CamelContext camel, String name, String value) {
        var wrong = problem(Map.of(name, value));
        if (wrong != null) {
            return wrong.reason();
        }
        for (var bean : beans instanceof List<?> list ? list : List.of()) {
            Object type =
                    bean instanceof Map<?, ?> map && map(bean, "properties").containsKey(name) ? map.get("type") : null;
            if (type != null) {
                try {
                    Object target = camel.getInjector()
                            .newInstance(camel.getClassResolver()
                                    .resolveMandatoryClass(type.toString().replaceFirst("^#class:", "")));
                    PropertyBindingSupport.build()
                            .withMandatory(true)
                            .bind(camel, target, new HashMap<>(Map.of(name, value)));
                } catch (ClassNotFoundException | RuntimeException e) {
                    return String.valueOf(
                            NestedExceptionUtils.getMostSpecificCause(e).getMessage());
                }
            }
        }
        return null;
    }

    /** Returns the first parameter whose value the kamelet does not allow, or null. */
    @Nullable
    Problem problem(Map<String, ?> parameters) {
        for (var parameter : parameters.entrySet()) {
            String name = parameter.getKey();
            String value = String.valueOf(parameter.getValue());
            String wanted = wanted(map(declared, name), value);
            if (wanted != null && !value.startsWith("#") && !value.contains("{{")) {
                return new Problem(name, value, name + " must be " + wanted + ", and is '" + value + "'");
            }
        }
        return null;
    }

    private static @Nullable String wanted(Map<?, ?> property, String value) {
        if (property.get("enum") instanceof List<?> values) {
            var words = new TreeSet<String>();
            values.forEach(one -> words.add(String.valueOf(one)));
            boolean isOne = words.contains(value);
            words.remove("");
            return isOne ? null : "one of " + String.join(", ", words);
        }
        String type = String.valueOf(property.get("type"));
        if (TYPES.containsKey(type) && !TYPES.get(type).matcher(value).matches()) {
            return "of type " + type;
        }
        return property.get("pattern") instanceof String pattern
                        && !Pattern.compile(pattern).matcher(value).find()
                ? "as the pattern " + pattern
                : null;
    }

    private static Map<?, ?> map(@Nullable Object node, String key) {
        return node instanceof Map<?, ?> map && map.get(key) instanceof Map<?, ?> child ? child : Map.of();
    }

    /** Parameter with a value that is not allowed. */
    record Problem(String name, String value, String reason) {}
}
