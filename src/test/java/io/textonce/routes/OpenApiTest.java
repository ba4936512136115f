package io.textonce.routes;

import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.UserRoutesFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** routes/console/openapi.camel.yaml, and docs/openapi.json: what they describe is what runs. */
@SandboxTest
class OpenApiTest {

    private static final Path DOCUMENT = Path.of("docs", "openapi.json");

    @Autowired
    private CamelContext camel;

    @Test
    void describesExactlyThePathsAndMethodsThatRun(Sandbox sandbox) {
        // A route of another test may just be unloaded.
        await().untilAsserted(() -> assertThat(described(sandbox)).isEqualTo(running()));
    }

    private static TreeSet<String> described(Sandbox sandbox) {
        var described = new TreeSet<String>();
        description(sandbox)
                .get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(
                                method -> described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        return described;
    }

    private TreeSet<String> running() {
        var running = new TreeSet<String>();
        for (var route : camel.getRoutes()) {
            if (route.getEndpoint().getEndpointUri().startsWith("direct://event-")) {
                running.add("POST /api/" + route.getRouteId().substring(6) + "-sms");
            }
            if (route.getEndpoint() instanceof PlatformHttpEndpoint http
                    && !http.getPath().equals("/api/{event}-sms")) {
                for (String method : http.getHttpMethodRestrict().split(",")) {
                    running.add(method + " " + http.getPath());
                }
            }
        }
        return running;
    }

    @Test
    void hasTheSchemaOfEachEventAndResolvesEachReference(Sandbox sandbox) {
        var description = description(sandbox);

        assertThat(description.at("/components/schemas/order-shipped/required"))
                .extracting(JsonNode::asText)
                .contains("eventId", "phone", "orderId");
        assertThat(description.findValuesAsText("$ref"))
                .isNotEmpty()
                .filteredOn(reference -> reference.startsWith("#/components/"))
                .allSatisfy(reference -> assertThat(
                                description.at(reference.substring(1)).isObject())
                        .as(reference)
                        .isTrue());
        assertThat(description.findValuesAsText("operationId")).doesNotHaveDuplicates();
    }

    /** Generators of clients resolve references in the whole document, whatever the schema's id is. */
    @Test
    void resolvesTheReferencesWithinTheSchemaOfAUser(Sandbox sandbox) throws IOException {
        var schema =
                Files.createDirectories(sandbox.routes().resolve("schemas")).resolve("trip-booked.schema.json");
        Files.writeString(schema, """
                {"$id": "urn:trip", "additionalProperties": true, "properties": {"legs": {"items": {"$ref": "#/definitions/leg"}}},
                 "definitions": {"leg": {"type": "string"}}}""");
        String route = Files.readString(Path.of("routes/events/support-acknowledged.camel.yaml"))
                .replace("schema: support-acknowledged", "schema: trip-booked")
                .replace("event-support-acknowledged", "event-trip-booked")
                .replace("event: support-acknowledged", "event: trip-booked");

        try (var file = new UserRoutesFile(sandbox, "trip-booked", route)) {
            file.awaitRoute("event-trip-booked");
            for (String path : List.of("/api/openapi.json", "/api/asyncapi.json")) {
                var description = sandbox.json(sandbox.get(path));

                String reference = description
                        .at("/components/schemas/trip-booked/properties/legs/items/$ref")
                        .asText();
                assertThat(reference).startsWith("#/");
                assertThat(description.at(reference.substring(1)).path("type").asText())
                        .isEqualTo("string");
                assertThat(description.at("/components/schemas/trip-booked").has("$id"))
                        .isFalse();
                assertThat(description.at("/components/schemas").properties())
                        .extracting(Map.Entry::getKey)
                        .noneMatch(name -> name.startsWith("check-action"));
            }
        } finally {
            Files.delete(schema);
        }
    }

    /** Camel names the routes of the kamelet event-check-action like those of events. */
    @Test
    void acceptsNoEventOfAKamelet(Sandbox sandbox) {
        String route = camel.getRoutes().stream()
                .map(Route::getRouteId)
                .filter(id -> id.startsWith("event-check-action-"))
                .findFirst()
                .orElseThrow();

        var answer = sandbox.postJson("/api/" + route.substring("event-".length()) + "-sms", "{}");

        assertThatProblem(answer).is(404, "unknown_event");
    }

    @Test
    void servesTheSchemaOfAnEvent(Sandbox sandbox) throws IOException {
        var schema = sandbox.get("/api/schemas/order-shipped");

        assertThat(schema.headers().firstValue("Content-Type")).hasValue("application/schema+json");
        assertThat(sandbox.json(schema))
                .isEqualTo(new ObjectMapper()
                        .readTree(Path.of("routes/schemas/order-shipped.schema.json")
                                .toFile()));
        assertThat(sandbox.get("/api/schemas/nothing").statusCode()).isEqualTo(404);
    }

    @Test
    void isTheDocument(Sandbox sandbox) throws IOException {
        var description = (ObjectNode) description(sandbox);
        var shipped = shipped();
        ((ObjectNode) description.get("paths")).properties().removeIf(path -> {
            boolean isOwn = path.getKey().endsWith("-sms") && !shipped.contains(event(path.getKey()));
            if (isOwn) {
                ((ObjectNode) description.at("/components/schemas")).remove(event(path.getKey()));
            }
            return isOwn;
        });
        String text = new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(description) + "\n";
        Path actual = Files.writeString(Path.of("target", "openapi.json"), text);

        assertThat(new ObjectMapper().readTree(DOCUMENT.toFile()))
                .as("copy %s to %s", actual, DOCUMENT)
                .isEqualTo(new ObjectMapper().readTree(text));
    }

    private static String event(String path) {
        return path.replaceAll("/api/(.*)-sms", "$1");
    }

    private static List<String> shipped() {
        return Arrays.stream(Path.of("routes", "events").toFile().list())
                .map(name -> name.replace(".camel.yaml", ""))
                .toList();
    }

    private static JsonNode description(Sandbox sandbox) {
        var response = sandbox.get("/api/openapi.json");
        assertThat(response.statusCode()).isEqualTo(200);
        return sandbox.json(response);
    }
}
