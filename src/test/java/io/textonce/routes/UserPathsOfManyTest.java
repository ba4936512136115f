package io.textonce.routes;

import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.UserRoutesFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** User routes with an HTTP path of which one body becomes several events, or a cancellation. */
@SandboxTest
class UserPathsOfManyTest {

    private static final String PATH = "/api/shop/parcels";

    private Path mapping;

    @BeforeEach
    void copyTheMapping(Sandbox sandbox) throws IOException {
        mapping = Files.createDirectories(sandbox.routes().resolve("mappings")).resolve("parcels.jq");
        Files.copy(Path.of("routes/examples/mappings/parcels.jq"), mapping);
    }

    @AfterEach
    void deleteTheMapping() throws IOException {
        Files.delete(mapping);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void respondsToEachEventOfABody(boolean isParallel, Sandbox sandbox) throws IOException {
        String first = sandbox.newEventId();
        String second = sandbox.newEventId();
        String number = sandbox.newNumber();
        try (var own = example(sandbox, isParallel)) {
            own.awaitRoute("parcels-http");

            var answer = sandbox.postJson(PATH, order(number, first, second));
            for (String id : List.of(first, second)) {
                sandbox.awaitStatus(event(id), "delivered");
            }
            var repeated = sandbox.postJson(PATH, order(number, first, second));
            var one = sandbox.postJson(PATH, order(number, first));
            var none = sandbox.postJson(PATH, order(number));

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(sandbox.json(answer).findValuesAsText("accepted")).containsExactly("true", "true");
            assertThat(sandbox.json(answer).findValuesAsText("id"))
                    .containsExactly(
                            sandbox.delivery(event(first)).get("id").toString(),
                            sandbox.delivery(event(second)).get("id").toString());
            assertThat(sandbox.json(repeated)).hasSize(2).allSatisfy(part -> {
                assertThat(part.path("status").asInt()).isEqualTo(200);
                assertThat(part.path("body").path("duplicate").asBoolean()).isTrue();
            });
            assertThat(sandbox.json(one)).hasSize(1);
            assertThat(none.statusCode()).isEqualTo(200);
            assertThat(none.body()).isEqualTo("[]");
            assertThat(sandbox.twilio().sentTo(number)).hasSize(2);
        }
    }

    /** Whatever the order, what was not accepted is not acknowledged, and the others were tried. */
    @Test
    void respondsWithTheFailureOfOneEventOnceAllWereTried(Sandbox sandbox) throws IOException {
        try (var own = example(sandbox, false)) {
            own.awaitRoute("parcels-http");
            for (boolean isFirst : List.of(true, false)) {
                String id = sandbox.newEventId();
                String tooLong = "1".repeat(120);

                var answer = sandbox.postJson(
                        PATH,
                        isFirst ? order(sandbox.newNumber(), tooLong, id) : order(sandbox.newNumber(), id, tooLong));

                assertThatProblem(answer).is(400, "invalid_request").names("eventId");
                sandbox.awaitStatus(event(id), "delivered");
            }
        }
    }

    /** The step that hands the event over is within another one, which may copy the exchange. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "multicast: {steps: [{to: {uri: 'direct:event-order-shipped'}}, {log: last}]}",
                "multicast: {parallelProcessing: true, steps: [{to: {uri: 'direct:event-order-shipped'}}, {log: last}]}",
                "recipientList: {constant: 'direct:event-order-shipped,log:last'}",
                "loop: {constant: '1', steps: [{to: {uri: 'direct:event-order-shipped'}}]}",
                "loop: {constant: '1', copy: true, steps: [{to: {uri: 'direct:event-order-shipped'}}]}",
                "doTry: {steps: [{to: {uri: 'direct:event-order-shipped'}}], doCatch: [{exception: [java.io.IOException]}]}",
                "choice: {when: [{constant: 'true', steps: [{doTry: {steps: [{to: {uri: 'direct:event-order-shipped'}}],"
                        + " doCatch: [{exception: [java.io.IOException]}]}}]}]}",
            })
    void respondsToAnEventThatAnotherStepHandsOver(String step, Sandbox sandbox) throws IOException {
        try (var own = new UserRoutesFile(sandbox, "wrapped", """
                - route:
                    id: wrapped
                    from:
                      uri: kamelet:api-source
                      parameters: {method: POST, path: wrapped}
                      steps:
                        - %s
                        - to:
                            uri: kamelet:api-response-action
                    routeConfigurationId: answer-problem
                """.formatted(step))) {
            own.awaitRoute("wrapped");
            String id = sandbox.newEventId();
            String order = sandbox.orderShipped(id, sandbox.newNumber());

            var first = sandbox.postJson("/api/wrapped", order);
            sandbox.awaitStatus(id, "delivered");
            var repeated = sandbox.postJson("/api/wrapped", order);
            var rejected = sandbox.postJson("/api/wrapped", order.replace(id, "x"));

            assertThat(first.statusCode()).as(first.body()).isEqualTo(202);
            assertThat(sandbox.json(first).path("id").asText())
                    .isEqualTo(sandbox.delivery(id).get("id").toString());
            assertThat(repeated.statusCode()).as(repeated.body()).isEqualTo(200);
            assertThat(sandbox.json(repeated).path("duplicate").asBoolean()).isTrue();
            assertThatProblem(rejected).is(400, "invalid_request").names("eventId");
        }
    }

    @Test
    void respondsWithTheEffectOfACancellation(Sandbox sandbox) throws IOException {
        try (var own = new UserRoutesFile(sandbox, "returns", """
                - route:
                    id: returns
                    from:
                      uri: kamelet:api-source
                      parameters:
                        method: POST
                        path: returns
                      steps:
                        - setBody:
                            expression:
                              jq:
                                expression: '{event: (.event // "order-shipped"), eventId: .id, reason: "Returned"}'
                        - to:
                            uri: direct:sms-cancel
                        - to:
                            uri: kamelet:api-response-action
                    routeConfigurationId: answer-problem
                """)) {
            own.awaitRoute("returns");

            var answer = sandbox.postJson("/api/returns", "{\"id\":\"" + sandbox.newEventId() + "\"}");
            var unknown =
                    sandbox.postJson("/api/returns", "{\"id\":\"" + sandbox.newEventId() + "\",\"event\":\"x(\"}");

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
            assertThat(sandbox.json(answer).path("status").asText()).isEqualTo("pending");
            assertThatProblem(unknown).is(400, "invalid_request").names("event");
        }
    }

    private static UserRoutesFile example(Sandbox sandbox, boolean isParallel) throws IOException {
        String text = Files.readString(Path.of("routes/examples/parcels-http.camel.yaml"));
        return new UserRoutesFile(
                sandbox,
                "parcels-http",
                isParallel
                        ? text.replace("        - split:\n", "        - split:\n            parallelProcessing: true\n")
                        : text);
    }

    private static String event(String parcel) {
        return "parcel_" + parcel + "_shipped";
    }

    private static String order(String phone, String... parcels) {
        return "{\"number\":\"1001\",\"customer\":{\"phone\":\"" + phone
                + "\",\"consent\":\"2026-06-02T09:00:00Z\"},\"parcels\":["
                + String.join(
                        ",",
                        Stream.of(parcels)
                                .map(parcel -> "{\"number\":\"" + parcel + "\"}")
                                .toList())
                + "]}";
    }
}
