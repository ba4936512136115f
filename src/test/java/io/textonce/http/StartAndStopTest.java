package io.textonce.http;

import static io.textonce.sandbox.Fault.answersLate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The port is open before the routes run, and for a while after a stop has begun. */
@SandboxTest
class StartAndStopTest {

    private static final List<String> PATHS =
            List.of("/api/order-shipped-sms", "/api/verify/start", "/twilio/status-callback", "/twilio/inbound");

    @Test
    void asksToComeAgainFromTheFirstRequestUntilTheRoutesRun(Sandbox sandbox) {
        Map<String, Integer> early = new HashMap<>();
        try (var app = app(sandbox)) {
            var started = CompletableFuture.runAsync(app::start);
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        for (String path : PATHS) {
                            answer(app, path).ifPresent(response -> {
                                assertThat(response.statusCode()).as(path).isNotIn(404, 500);
                                if (response.statusCode() == 503) {
                                    assertThat(response.headers().firstValue("Retry-After"))
                                            .isPresent();
                                    early.merge(path, 1, Integer::sum);
                                }
                            });
                        }
                        return started.isDone();
                    });
            started.join();

            assertThat(early).containsOnlyKeys(PATHS);
            assertThat(answer(app, "/api/order-shipped-sms"))
                    .hasValueSatisfying(
                            response -> assertThat(response.statusCode()).isEqualTo(400));
        }
    }

    @Test
    void takesNoMoreWhileItStopsAndEndsWhatIsUnderWay(Sandbox sandbox) throws Exception {
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, answersLate(Duration.ofSeconds(3)));
        var answers = new CopyOnWriteArrayList<Integer>();
        try (var app = app(sandbox).start()) {
            var underWay = CompletableFuture.supplyAsync(
                    () -> app.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), number)));
            await().until(() -> !sandbox.twilio().sentTo(number).isEmpty());

            var stopped = CompletableFuture.runAsync(app::stop);
            await().atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        answer(app, "/api/order-shipped-sms")
                                .map(HttpResponse::statusCode)
                                .ifPresent(answers::add);
                        return stopped.isDone();
                    });

            assertThat(underWay.get().statusCode()).isEqualTo(202);
            // The first may come before the stop has begun.
            assertThat(answers).isSubsetOf(400, 503);
        }
    }

    private static AppProcess app(Sandbox sandbox) {
        return AppProcess.of(sandbox.peers()).with("TEXTONCE_INTAKES", "http").shortLived();
    }

    /** What a request without an event is answered, or nothing when nobody is there. */
    private static Optional<HttpResponse<String>> answer(AppProcess app, String path) {
        try {
            return Optional.of(app.send(HttpRequest.newBuilder(app.uri(path))
                    .header(
                            "Content-Type",
                            path.startsWith("/api") ? "application/json" : "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString(path.startsWith("/api") ? "{}" : "MessageSid=SM1"))));
        } catch (UncheckedIOException e) {
            return Optional.empty();
        }
    }
}
