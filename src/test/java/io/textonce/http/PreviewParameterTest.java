package io.textonce.http;

import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.event.EventRejected;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.UserRoutesFile;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

/** A caller that writes {@code preview=true} wants nothing sent, whatever the path is. */
@SandboxTest
class PreviewParameterTest {

    private static final String OWN = """
            - route:
                id: preview-own
                routeConfigurationId: answer-problem
                from:
                  uri: kamelet:api-source
                  parameters:
                    path: preview-own
                    method: POST
                  steps:
                    - convertBodyTo:
                        type: byte[]
                    - to: direct:event-order-shipped
                    - to: kamelet:api-response-action
            """;

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/x-www-form-urlencoded"})
    void sendsNothingAtAPathOfAUser(String mediaType, Sandbox sandbox) throws IOException {
        String number = sandbox.newNumber();
        String order = sandbox.orderShipped(sandbox.newEventId(), number);
        try (var own = new UserRoutesFile(sandbox, "preview-own", OWN)) {
            own.awaitRoute("preview-own");

            for (String query : new String[] {
                "preview=true", "preview=TRUE", "preview=1", "preview", "preview=true&preview=false", "%70review=true"
            }) {
                var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/preview-own?" + query))
                        .header("Content-Type", mediaType)
                        .POST(BodyPublishers.ofString(order)));
                assertThatProblem(answer).is(400, "invalid_request").names("preview");
            }
            assertThat(sandbox.peers().twilio().sentTo(number)).isEmpty();

            var sent = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/preview-own?preview=false"))
                    .header("Content-Type", mediaType)
                    .POST(BodyPublishers.ofString(order)));
            assertThat(sent.statusCode()).as(sent.body()).isEqualTo(202);
            assertThat(sandbox.peers().twilio().sentTo(number)).hasSize(1);
        }
    }

    @Test
    void sendsNoCode(Sandbox sandbox) {
        int before = sandbox.twilio().verifyPosts().size();

        for (String step : new String[] {"start", "check"}) {
            var answer = sandbox.postJson(
                    "/api/verify/" + step + "?preview=true",
                    "{\"phone\":\"" + sandbox.newBlock() + "0001\",\"code\":\"123456\"}");
            assertThatProblem(answer).is(400, "invalid_request").names("preview");
        }

        assertThat(sandbox.twilio().verifyPosts()).hasSize(before);
    }

    @Test
    void erasesNobody(Sandbox sandbox) {
        var order = sandbox.order().post();

        var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/people?preview=true"))
                .header("Content-Type", "application/json")
                .method("DELETE", BodyPublishers.ofString("{\"phone\":\"" + order.number() + "\"}")));

        assertThatProblem(answer).is(400, "invalid_request").names("preview");
        assertThat(order.delivery().get("phone_hash")).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        ", false",
        "'', false",
        "a=b&previews=true, false",
        "a=preview, false",
        "preview=false, false",
        "a=%zz&preview=true, true",
        "+%70review+=true, rejected",
        "preview=%zz, rejected",
        "Preview=false, rejected",
        "preview=false&preview=false, rejected",
    })
    void readsTheQuery(String query, String result) {
        var request = new MockHttpServletRequest();
        request.setQueryString(query);
        String read;
        try {
            read = String.valueOf(PreviewParameter.isTrue(request));
        } catch (EventRejected e) {
            read = "rejected";
        }

        assertThat(read).isEqualTo(result);
    }
}
