package io.textonce.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.sandbox.LogRecorder;
import io.textonce.sandbox.PageClient;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Peers that are away at the same time, as an operator sees it. */
@SandboxTest
class OutageTest {

    /** Less than a call waits for the database. */
    private static final Duration AT_ONCE = Duration.ofSeconds(5);

    private static final List<String> PEERS = List.of("database", "broker", "inbox");

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @Test
    void isShownByHealthMetricsAndTwoLinesAndDelaysNeitherProbeNorScrape(Sandbox sandbox) throws Exception {
        Path inbox = sandbox.peers().inbox();
        Path moved = inbox.resolveSibling("inbox-moved");
        String event = sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber());
        try (var log = new LogRecorder()) {
            sandbox.peers().postgres().close();
            sandbox.peers().broker().close();
            Files.move(inbox, moved);
            try {
                await().until(
                                () -> get(sandbox, "/actuator/health/readiness").statusCode(),
                                Integer.valueOf(503)::equals);
                for (int i = 0; i < 3; i++) {
                    assertThat(sandbox.post("order-shipped", event).statusCode())
                            .isEqualTo(503);
                }

                assertThat(get(sandbox, "/actuator/health/liveness").statusCode())
                        .isEqualTo(200);
                for (String peer : PEERS) {
                    await().until(() -> up(sandbox, peer), isUp -> isUp == 0);
                }
                assertThat(up(sandbox, "twilio")).as("no call, no outage").isNotZero();
                assertTimeout(AT_ONCE, () -> meters(sandbox).getMeters().forEach(Meter::measure));
                assertThat(sandbox.context()
                                .getBean(PeerMonitor.class)
                                .health()
                                .getDetails()
                                .get("database")
                                .toString())
                        .startsWith("unavailable since")
                        .contains("messages stay on the queue");
            } finally {
                Files.move(moved, inbox);
                sandbox.peers().broker().start();
                sandbox.peers().postgres().start();
            }
            for (String peer : PEERS) {
                await().until(() -> up(sandbox, peer), isUp -> isUp == 1);
            }
            assertThat(get(sandbox, "/actuator/health/readiness").statusCode()).isEqualTo(200);
            assertThat(sandbox.post("order-shipped", event).statusCode()).isEqualTo(202);

            for (String title : List.of("The database", "The broker", "The inbox")) {
                assertThat(log.lines())
                        .filteredOn(line -> line.startsWith(title + " is unavailable"))
                        .hasSize(1);
                await().untilAsserted(() -> assertThat(log.lines())
                        .filteredOn(line -> line.startsWith(title + " is available again"))
                        .hasSize(1));
            }
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("Callers get 503"))
                    .hasSizeLessThan(4);
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("Background work failed"))
                    .hasSizeLessThan(8);
        }
    }

    @Test
    void leavesTheDeadLettersThatCanBeReachedAndDiscardsNoneThatItCannotRecord(Sandbox sandbox) throws Exception {
        String id = sandbox.newEventId();
        sandbox.drop(
                "order-shipped", id + ".csv", "eventId,phone,orderId,consentAt\n" + id + ",nobody,1001,2026-06-02\n");
        await().until(() -> letters(sandbox, id).path("total").asInt(), Integer.valueOf(1)::equals);
        String letter =
                "/dead-letters/" + letters(sandbox, id).at("/deadLetters/0/id").asText();
        var pages = new PageClient(sandbox);
        sandbox.peers().postgres().close();
        sandbox.peers().broker().close();
        try {
            await().until(() -> up(sandbox, "broker"), isUp -> isUp == 0);

            var page = assertTimeout(AT_ONCE.multipliedBy(2), () -> pages.get("/dead-letters"));
            var discarded = pages.post(letter + "/discard", "reason=wrong");

            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body())
                    .contains(letter, "The table could not be reached", "The queue could not be reached");
            assertThat(discarded.statusCode()).isEqualTo(503);
            assertThat(discarded.body()).contains("Database unavailable", "may not have been done");
            for (var response : List.of(
                    sandbox.get("/api/deliveries"),
                    sandbox.postJson(
                            "/api/order-shipped-sms?preview=true", sandbox.orderShipped(id, "+15551112222")))) {
                assertThat(response.statusCode()).isEqualTo(503);
                assertThat(response.body()).contains("could not complete").doesNotContain("accepted");
            }
            assertThat(pages.get("/dead-letters?place=file").body()).contains(letter);
            assertThat(pages.post(
                                    "/preview",
                                    "event=order-shipped&json="
                                            + URLEncoder.encode(
                                                    sandbox.orderShipped(id, sandbox.newNumber()),
                                                    StandardCharsets.UTF_8))
                            .body())
                    .contains("Nothing was stored or sent")
                    .doesNotContain("was accepted");
        } finally {
            sandbox.peers().broker().start();
            sandbox.peers().postgres().start();
        }
        for (String peer : PEERS) {
            await().until(() -> up(sandbox, peer), isUp -> isUp == 1);
        }
        // An outage that no peer has noticed is over before each pool has a connection again.
        sandbox.awaitConnections();
        assertThat(pages.post(letter + "/discard", "reason=wrong").body()).contains("The dead letter was discarded.");
        assertThat(letters(sandbox, id).path("total").asInt()).isZero();
    }

    private static JsonNode letters(Sandbox sandbox, String text) {
        return sandbox.json(
                sandbox.postJson("/api/dead-letters/search", "{\"place\":\"file\",\"text\":\"" + text + "\"}"));
    }

    @Test
    void warnsOfMoreConnectionsThanPostgresAllows(Sandbox sandbox) {
        assertThat(new ConnectionLimit(sandbox.database(), 48).warning()).isNull();
        assertThat(new ConnectionLimit(sandbox.database(), 500).warning())
                .isEqualTo("PostgreSQL allows 197 connections, and 1 instances need up to 500 under load");
    }

    private static double up(Sandbox sandbox, String peer) {
        return meters(sandbox).get("textonce.peer.up").tag("peer", peer).gauge().value();
    }

    private static MeterRegistry meters(Sandbox sandbox) {
        return sandbox.context().getBean(MeterRegistry.class);
    }

    /** As a probe does, which waits no longer. */
    private static HttpResponse<String> get(Sandbox sandbox, String path) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(sandbox.management(path))
                        .timeout(AT_ONCE)
                        .build(),
                BodyHandlers.ofString());
    }
}
