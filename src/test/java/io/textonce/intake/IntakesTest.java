package io.textonce.intake;

import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Stopping an intake on purpose: nothing is lost by it, and nobody takes it for a failure. */
@SandboxTest
class IntakesTest {

    private static final String QUEUE = "textonce.events";

    @AfterEach
    void startAll(Sandbox sandbox) {
        intakes(sandbox).all().stream()
                .filter(Intakes.Intake::stopped)
                .forEach(intake -> intakes(sandbox).start(intake.name(), "test"));
    }

    @Test
    void tellsHttpCallersToComeAgainAndClaimsNothing(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        String event = sandbox.orderShipped(id, number);

        intakes(sandbox).stop("http", "support", "The shop sends nonsense");
        var refused = sandbox.post("order-shipped", event);
        var cloud = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/events"))
                .header("Content-Type", "application/cloudevents+json")
                .POST(HttpRequest.BodyPublishers.ofString("{}")));

        assertThatProblem(refused).is(503, "service_unavailable");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(cloud.statusCode()).isEqualTo(503);
        assertThat(sandbox.timeline(id)).isEmpty();
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();

        intakes(sandbox).start("http", "support");

        assertThat(sandbox.post("order-shipped", event).statusCode()).isEqualTo(202);
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    @Test
    void leavesMessagesOnTheQueueForTheOtherInstances(Sandbox sandbox) throws Exception {
        String mine = sandbox.newEventId();
        String number = sandbox.newNumber();

        intakes(sandbox).stop("jms", "support", "The broker moves");
        sandbox.publish("order-shipped", sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()));
        sandbox.publish("order-shipped", sandbox.orderShipped(mine, number));
        var taken = sandbox.jms().receive(QUEUE);

        assertThat(taken).as("what another consumer gets").isNotNull();
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();

        intakes(sandbox).start("jms", "support");

        sandbox.awaitStatus(mine, "delivered");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    @Test
    void leavesFilesInTheirFolder(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        intakes(sandbox).stop("file", "support", "The disk is moved");
        var file = sandbox.drop("order-shipped", id + ".json", sandbox.orderShipped(id, number));

        await().during(Duration.ofSeconds(2)).until(() -> Files.exists(file));
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();

        intakes(sandbox).start("file", "support");

        sandbox.awaitStatus(id, "delivered");
        await().untilAsserted(() -> assertThat(file).doesNotExist());
    }

    @Test
    void saysInTheHealthThatItIsStoppedOnPurposeAndStaysReady(Sandbox sandbox) {
        var before = health(sandbox, "/readiness");

        intakes(sandbox).stop("jms", "support", "The broker moves");
        intakes(sandbox).stop("jms", "support", "The broker moves");
        var readiness = health(sandbox, "/readiness");
        var all = intakes(sandbox).health();

        assertThat(before.path("status").asText()).isEqualTo("UP");
        assertThat(readiness.path("status").asText()).isEqualTo(Intakes.STOPPED);
        assertThat(all.getDetails().get("jms").toString())
                .startsWith("stopped by support at ")
                .endsWith("moves");
        assertThat(stopped(sandbox, "jms")).isOne();
        assertThat(stopped(sandbox, "file")).isZero();

        intakes(sandbox).start("jms", "support");

        assertThat(health(sandbox, "/readiness").path("status").asText()).isEqualTo("UP");
        assertThat(health(sandbox, "/liveness").path("status").asText()).isEqualTo("UP");
        assertThat(stopped(sandbox, "jms")).isZero();
    }

    @Test
    void knowsNoIntakeThatIsNotThere(Sandbox sandbox) {
        assertThat(intakes(sandbox).all()).extracting(Intakes.Intake::name).containsExactly("file", "http", "jms");
        assertThat(intakes(sandbox).stop("sms-send", "support", "why not")).isFalse();
        assertThat(intakes(sandbox).start("fax", "support")).isFalse();
    }

    private static Intakes intakes(Sandbox sandbox) {
        return sandbox.context().getBean(Intakes.class);
    }

    private static double stopped(Sandbox sandbox, String intake) {
        return sandbox.context()
                .getBean(MeterRegistry.class)
                .get("textonce.intakes.stopped")
                .tag("intake", intake)
                .gauge()
                .value();
    }

    /** As a probe asks for it, which takes 200 for good. */
    private static JsonNode health(Sandbox sandbox, String group) {
        var answer = sandbox.send(HttpRequest.newBuilder(sandbox.management("/actuator/health" + group)));
        assertThat(answer.statusCode()).isEqualTo(200);
        return sandbox.json(answer);
    }
}
