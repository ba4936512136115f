package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.component.jms.JmsEndpoint;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** docs/asyncapi.json and what is served: they describe the destinations that run, and what is sent there. */
@SandboxTest
class AsyncApiTest {

    private static final Path DOCUMENT = Path.of("docs", "asyncapi.json");

    @Autowired
    private CamelContext camel;

    @Test
    void describesExactlyTheDestinationsThatRun(Sandbox sandbox) {
        var described = new TreeSet<String>();
        description(sandbox)
                .get("channels")
                .forEach(channel -> described.add((channel.has("bindings") ? "queue:" : "topic:")
                        + channel.get("address").asText()));

        var running = camel.getEndpoints().stream()
                .filter(JmsEndpoint.class::isInstance)
                .map(JmsEndpoint.class::cast)
                .map(jms -> (jms.isPubSubDomain() ? "topic:" : "queue:") + jms.getDestinationName())
                // Others are those of user routes.
                .filter(destination -> destination.contains(":textonce."))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(described).hasSize(5).isEqualTo(running);
    }

    @Test
    void hasAMessageForEachEventThatRunsAndResolvesEachReference(Sandbox sandbox) {
        var description = description(sandbox);

        assertThat(description.at("/channels/events/messages").properties())
                .extracting(java.util.Map.Entry::getKey)
                .containsAll(camel.getRoutes().stream()
                        .map(route -> route.getEndpoint().getEndpointUri())
                        .filter(uri -> uri.startsWith("direct://event-"))
                        .map(uri -> uri.substring("direct://event-".length()))
                        .toList());
        assertThat(description.at("/components/schemas/order-shipped/required"))
                .extracting(JsonNode::asText)
                .contains("eventId", "phone", "orderId");
        assertThat(description.findValuesAsText("$ref"))
                .isNotEmpty()
                .allSatisfy(reference -> assertThat(
                                description.at(reference.substring(1)).isObject())
                        .as(reference)
                        .isTrue());
    }

    /** The texts of the validator's errors are no keywords of JSON Schema; a field may have the name. */
    @Test
    void leavesOutWhatOtherToolsReject(Sandbox sandbox) {
        var phone = description(sandbox).at("/components/schemas/order-shipped/properties/phone");

        assertThat(phone.has("pattern")).isTrue();
        assertThat(phone.has("message")).isFalse();
    }

    @Test
    void isTheDocument(Sandbox sandbox) throws IOException {
        var description = (ObjectNode) description(sandbox);
        var own = new TreeSet<String>();
        description.at("/channels/events/messages").fieldNames().forEachRemaining(own::add);
        own.removeAll(shipped());
        for (String part : List.of("/channels/events/messages", "/components/messages", "/components/schemas")) {
            ((ObjectNode) description.at(part)).remove(own);
        }
        String text = new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(description) + "\n";
        Path actual = Files.writeString(Path.of("target", "asyncapi.json"), text);

        assertThat(new ObjectMapper().readTree(DOCUMENT.toFile()))
                .as("copy %s to %s", actual, DOCUMENT)
                .isEqualTo(new ObjectMapper().readTree(text));
    }

    /** Returns what is wrong with a message by the schema that is served. */
    static Set<ValidationMessage> violations(Sandbox sandbox, String schema, JsonNode message) {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
                .getSchema(description(sandbox).at("/components/schemas/" + schema))
                .validate(message);
    }

    private static List<String> shipped() {
        return Arrays.stream(Path.of("routes", "events").toFile().list())
                .map(name -> name.replace(".camel.yaml", ""))
                .toList();
    }

    private static JsonNode description(Sandbox sandbox) {
        var response = sandbox.get("/api/asyncapi.json");
        assertThat(response.statusCode()).isEqualTo(200);
        return sandbox.json(response);
    }
}
