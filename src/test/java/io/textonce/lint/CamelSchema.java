package io.textonce.lint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** Camel's JSON schemas of its YAML: the one of the Camel that runs, and the one of canonical YAML. */
final class CamelSchema {

    private static final String PROCESSOR = "org.apache.camel.model.ProcessorDefinition";
    private static final String UNMARSHAL = "org.apache.camel.model.UnmarshalDefinition";
    private static final String EXPRESSION = "org.apache.camel.model.language.ExpressionDefinition";

    private final JsonNode tree;
    private final JsonSchema schema;
    private final UnaryOperator<JsonNode> preparation;

    private CamelSchema(String resource, boolean wrapsExpressions) {
        try (var stream = CamelSchema.class.getResourceAsStream(resource)) {
            this.tree = new ObjectMapper().readTree(Objects.requireNonNull(stream, resource));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (definition(UNMARSHAL) instanceof ObjectNode unmarshal) {
            // The canonical schema of 4.22.0 asks for all 48 data formats at once.
            unmarshal.remove("required");
        }
        this.schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4).getSchema(tree);
        this.preparation = wrapsExpressions ? this::wrapExpressions : UnaryOperator.identity();
    }

    static CamelSchema classic() {
        return new CamelSchema("/schema/camelYamlDsl.json", false);
    }

    /** Accepts a step whose expression has lost its wrapper: a visual editor drops it when the expression is edited. */
    static CamelSchema canonical() {
        return new CamelSchema("/schema/camelYamlDsl-canonical.json", true);
    }

    List<String> problems(JsonNode elements) {
        return schema.validate(preparation.apply(elements)).stream()
                .filter(message -> !isSetting(message))
                .map(message -> message.getMessage())
                .sorted()
                .toList();
    }

    /** A setting stands for a number or a switch that is known when the routes are loaded. */
    private static boolean isSetting(ValidationMessage message) {
        return message.getType().equals("type")
                && message.getInstanceNode().asText().startsWith("{{");
    }

    private JsonNode wrapExpressions(JsonNode elements) {
        RouteFile.steps(elements, (kind, step) -> {
            if (step instanceof ObjectNode object && takesExpression(kind) && !object.has("expression")) {
                var languages = new ArrayList<String>();
                object.fieldNames().forEachRemaining(name -> {
                    if (definition(EXPRESSION).path("properties").has(name)
                            && object.get(name).isObject()) {
                        languages.add(name);
                    }
                });
                if (languages.size() == 1) {
                    var expression = object.remove(languages.get(0));
                    object.putObject("expression").set(languages.get(0), expression);
                }
            }
        });
        return elements;
    }

    private boolean takesExpression(String kind) {
        String reference = definition(PROCESSOR)
                .path("properties")
                .path(kind)
                .path("$ref")
                .asText("#/items/definitions/org.apache.camel.model."
                        + kind.substring(0, 1).toUpperCase(Locale.ROOT) + kind.substring(1) + "Definition");
        String name = reference.substring(reference.lastIndexOf('/') + 1);
        return definition(name).at("/properties/expression/$ref").asText().endsWith(EXPRESSION);
    }

    private JsonNode definition(String name) {
        return tree.path("items").path("definitions").path(name);
    }
}
