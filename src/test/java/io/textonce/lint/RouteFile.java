package io.textonce.lint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/** A YAML file of the bundle, by its path under {@code routes/}. */
final class RouteFile {

    private static final ObjectMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());

    /** Parts of a step that have steps of their own without being listed under {@code steps}. */
    private static final Set<String> BRANCHES =
            Set.of("when", "otherwise", "doCatch", "doFinally", "onFallback", "onException", "onWhen");

    private final String path;
    private final String text;
    private final JsonNode tree;

    RouteFile(String path, String text) {
        this.path = path;
        this.text = text;
        try {
            this.tree = YAML.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("routes/" + path + " is not YAML: " + e.getOriginalMessage(), e);
        }
    }

    String path() {
        return path;
    }

    String text() {
        return text;
    }

    JsonNode tree() {
        return tree;
    }

    boolean isKamelet() {
        return path.startsWith("kamelets/");
    }

    boolean isPolicies() {
        return path.equals("policies.camel.yaml");
    }

    /** An own route to copy: Camel does not load it from here. */
    boolean isExample() {
        return path.startsWith("examples/");
    }

    boolean isEvent() {
        return path.startsWith("events/");
    }

    /** The file's name without folder and ending. */
    String name() {
        String name = path.substring(path.lastIndexOf('/') + 1);
        return name.substring(0, name.indexOf('.'));
    }

    /** What Camel loads: the list itself, or of a kamelet what its template stands for. */
    ArrayNode elements() {
        if (!isKamelet()) {
            return tree instanceof ArrayNode list
                    ? list.deepCopy()
                    : JsonNodeFactory.instance.arrayNode().add(tree);
        }
        var list = JsonNodeFactory.instance.arrayNode();
        tree.at("/spec/template")
                .properties()
                .forEach(part ->
                        list.addObject().set(part.getKey(), part.getValue().deepCopy()));
        return list;
    }

    List<JsonNode> routes() {
        return elementsCalled("route");
    }

    List<JsonNode> configurations() {
        return elementsCalled("routeConfiguration");
    }

    private List<JsonNode> elementsCalled(String kind) {
        var found = new ArrayList<JsonNode>();
        elements().forEach(element -> {
            if (element.has(kind)) {
                found.add(element.get(kind));
            }
        });
        return found;
    }

    /** Visits every step, branch and {@code onException} below a node with its kind. */
    static void steps(JsonNode node, BiConsumer<String, JsonNode> visitor) {
        if (node.isArray()) {
            node.forEach(child -> steps(child, visitor));
            return;
        }
        node.properties().forEach(field -> {
            var value = field.getValue();
            if (field.getKey().equals("steps")) {
                value.forEach(step -> step.properties().forEach(kind -> {
                    visitor.accept(kind.getKey(), kind.getValue());
                    steps(kind.getValue(), visitor);
                }));
                return;
            }
            if (BRANCHES.contains(field.getKey())) {
                if (value.isObject()) {
                    visitor.accept(field.getKey(), value);
                } else if (field.getKey().equals("when")) {
                    value.forEach(branch -> visitor.accept("when", branch));
                }
            }
            steps(value, visitor);
        });
    }

    /** Visits every object below a node, the node included, outermost first. */
    static void objects(JsonNode node, BiConsumer<String, JsonNode> visitor) {
        objects("", node, visitor);
    }

    private static void objects(String name, JsonNode node, BiConsumer<String, JsonNode> visitor) {
        if (node.isObject()) {
            visitor.accept(name, node);
            node.properties().forEach(field -> objects(field.getKey(), field.getValue(), visitor));
        } else if (node.isArray()) {
            node.forEach(child -> objects(name, child, visitor));
        }
    }

    /** Visits every string below a node with the name of its field. */
    static void strings(JsonNode node, BiConsumer<String, String> visitor) {
        objects(
                node,
                (name, object) -> object.properties().forEach(field -> {
                    if (field.getValue().isTextual()) {
                        visitor.accept(field.getKey(), field.getValue().textValue());
                    } else if (field.getValue().isArray()) {
                        field.getValue().forEach(item -> {
                            if (item.isTextual()) {
                                visitor.accept(field.getKey(), item.textValue());
                            }
                        });
                    }
                }));
    }
}
