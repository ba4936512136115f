package io.textonce.lint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/** The rules of kamelets, each a method that says all violations of it in a bundle. */
public final class KameletRules {

    private static final Pattern SECRET = Pattern.compile("(?i).*(password|secret|token|api-?key).*");
    private static final Map<String, String> ENDS = Map.of("source", "kamelet:sink", "sink", "kamelet:source");

    /** As the catalogue of Apache Camel has them. */
    private static final Map<String, String> ANNOTATIONS = Map.of(
            "catalog.version", "[0-9]+[.][0-9]+[.][0-9]+",
            "kamelet.icon", "data:image/svg[+]xml;base64,.+",
            "kamelet.group", ".+",
            "kamelet.namespace", ".+",
            "kamelet.support.level", "Stable|Preview",
            "provider", ".+");

    /** Two words between which the author of a route chooses. */
    private static final Pattern CHOICE = Pattern.compile("\\b\\w+ or \\w+[.]$");

    private KameletRules() {}

    public static List<Violation> isNamedAndTyped(Bundle bundle) {
        return each(bundle, (file, problems) -> {
            String name = file.tree().at("/metadata/name").asText();
            if (!name.equals(file.name())) {
                problems.add("its name is " + name + ", not " + file.name());
            }
            String type = type(file);
            if (!Set.of("source", "sink", "action").contains(type)) {
                problems.add("its label camel.apache.org/kamelet.type must be source, sink or action");
            } else if (!name.endsWith("-" + type)) {
                problems.add("its name must end with -" + type);
            }
            String end = ENDS.getOrDefault(type, "kamelet:source");
            boolean meetsCaller = Endpoint.below(file.elements()).stream()
                    .anyMatch(endpoint -> endpoint.uri().equals(end));
            if (!meetsCaller) {
                problems.add("a " + type + " needs the endpoint " + end);
            }
        });
    }

    public static List<Violation> usesExactlyItsProperties(Bundle bundle) {
        return each(bundle, (file, problems) -> {
            String template = file.tree().at("/spec/template").toString();
            properties(file).fieldNames().forEachRemaining(name -> {
                if (!template.contains("{{" + name + "}}") && !template.contains("{{?" + name + "}}")) {
                    problems.add("the property " + name + " is not used");
                }
            });
            file.tree().at("/spec/definition/required").forEach(name -> {
                if (!properties(file).has(name.asText())) {
                    problems.add("the required property " + name.asText() + " is not declared");
                }
            });
        });
    }

    /** Without all of it an editor shows no kamelet at all, this one and all others. */
    public static List<Violation> hasTheMetadataOfACatalogue(Bundle bundle) {
        return each(bundle, (file, problems) -> {
            var annotations = file.tree().at("/metadata/annotations");
            ANNOTATIONS.forEach((name, value) -> {
                String key = "camel.apache.org/" + name;
                if (!annotations.path(key).asText().matches(value)) {
                    problems.add("its annotation " + key + " must be " + value);
                }
            });
            if (file.tree().at("/spec/dependencies").isEmpty()) {
                problems.add("its dependencies are missing");
            }
        });
    }

    public static List<Violation> listsClosedValues(Bundle bundle) {
        return each(
                bundle,
                (file, problems) -> properties(file).properties().forEach(property -> {
                    String which = "the property " + property.getKey();
                    var values = property.getValue().path("enum");
                    var fallback = property.getValue().path("default");
                    if (!values.isMissingNode() && !fallback.isMissingNode() && !contains(values, fallback)) {
                        problems.add(which + ": " + fallback.asText() + " is not one of its values");
                    }
                    boolean isClosed = property.getValue().path("type").asText().equals("string")
                            && CHOICE.matcher(property.getValue()
                                            .path("description")
                                            .asText())
                                    .find();
                    if (isClosed && values.isMissingNode()) {
                        problems.add(which + " needs an enum of the values that its description names");
                    }
                }));
    }

    private static boolean contains(JsonNode values, JsonNode value) {
        for (var each : values) {
            if (each.equals(value)) {
                return true;
            }
        }
        return false;
    }

    public static List<Violation> explainsItsProperties(Bundle bundle) {
        return each(bundle, (file, problems) -> {
            var titles = new HashSet<String>();
            var definition = file.tree().at("/spec/definition");
            explained(problems, titles, "the kamelet", definition);
            properties(file).properties().forEach(property -> {
                String which = "the property " + property.getKey();
                explained(problems, titles, which, property.getValue());
                if (!property.getKey().matches("[a-z][A-Za-z0-9]*")) {
                    problems.add(which + " must be camelCase");
                }
                if (!property.getValue().has("type")) {
                    problems.add(which + " has no type");
                }
                if (SECRET.matcher(property.getKey()).matches()
                        && !property.getValue().path("format").asText().equals("password")) {
                    problems.add(which + " is a secret and needs format: password");
                }
            });
        });
    }

    private static void explained(List<String> problems, Set<String> seen, String which, JsonNode node) {
        String title = node.path("title").asText();
        String description = node.path("description").asText();
        if (title.isEmpty()) {
            problems.add(which + " has no title");
        } else if (!seen.add(title)) {
            problems.add(which + " has the title of another property: " + title);
        }
        if (!description.endsWith(".")) {
            problems.add(which + " needs a description that is a sentence with a full stop");
        } else if (!seen.add(description)) {
            problems.add(which + " has the description of another property");
        }
    }

    private static JsonNode properties(RouteFile file) {
        return file.tree().at("/spec/definition/properties");
    }

    private static String type(RouteFile file) {
        return file.tree()
                .at("/metadata/labels")
                .path("camel.apache.org/kamelet.type")
                .asText();
    }

    private static List<Violation> each(Bundle bundle, BiConsumer<RouteFile, List<String>> rule) {
        var violations = new ArrayList<Violation>();
        for (var file : bundle.files()) {
            if (file.isKamelet()) {
                var problems = new ArrayList<String>();
                rule.accept(file, problems);
                problems.forEach(problem -> violations.add(new Violation(file.path(), problem)));
            }
        }
        return violations;
    }
}
