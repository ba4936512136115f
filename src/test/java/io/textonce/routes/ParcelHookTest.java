package io.textonce.routes;

import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.ProductionTest;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.UserRoutesFile;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The example of a public path, by kamelet:public-source; production lists the path. */
@ProductionTest
class ParcelHookTest {

    @Test
    void acceptsAnEventOfACallerWithTheTokenAlone(Sandbox sandbox) throws IOException {
        String id = sandbox.newEventId();
        String order = sandbox.orderShipped(id, sandbox.newNumber());
        String text = Files.readString(Path.of("routes/examples/parcel-hook.camel.yaml"))
                .replace("{{env:PARCEL_TOKEN}}", "the-token");
        try (var own = new UserRoutesFile(sandbox, "parcel-hook", text)) {
            own.awaitRoute("parcel-hook");

            for (String header : List.of("X-Token: other", "X-Other: the-token", "CamelHttpResponseCode: 200")) {
                assertThat(call(sandbox, header, order).statusCode()).as(header).isEqualTo(403);
            }
            var preview = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/hooks/parcel?preview=true"))
                    .header("X-Token", "the-token")
                    .POST(BodyPublishers.ofString(order)));
            assertThatProblem(preview).is(400, "invalid_request").names("preview");
            assertThat(sandbox.deliveries(id)).isZero();
            assertThat(call(sandbox, "X-Token: the-token", order).statusCode()).isEqualTo(202);
            assertThat(sandbox.deliveries(id)).isOne();
        }
    }

    private static HttpResponse<String> call(Sandbox sandbox, String header, String body) {
        return sandbox.send(HttpRequest.newBuilder(sandbox.uri("/hooks/parcel"))
                .header(header.split(": ")[0], header.split(": ")[1])
                .POST(BodyPublishers.ofString(body)));
    }
}
