package io.textonce.console;

import static io.textonce.sandbox.Fault.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is measured, and that dashboard and alerts ask for nothing else. Texts that other tests left waiting are counted
 * too, whenever they go on: a test looks for its own part, not for a sum.
 */
@SandboxTest
class MetricsTest {

    private static final Pattern NAME = Pattern.compile("\\b(textonce|camel|hikaricp|jvm|http)_[a-z_]+");

    @Test
    void dashboardAndAlertsAskOnlyForWhatIsMeasured(Sandbox sandbox) throws IOException {
        everythingHappens(sandbox);
        var queried = new TreeSet<String>();
        var told = new TreeSet<String>();
        for (JsonNode file : new JsonNode[] {
            new ObjectMapper().readTree(Path.of("ops/grafana/textonce.json").toFile()),
            new YAMLMapper().readTree(Path.of("ops/prometheus/alerts.yaml").toFile())
        }) {
            file.findValuesAsText("expr")
                    .forEach(expression ->
                            NAME.matcher(expression).results().forEach(name -> queried.add(name.group())));
        }
        NAME.matcher(Files.readString(Path.of("ops/prometheus/adapter.yaml")))
                .results()
                .forEach(name -> queried.add(name.group()));

        for (String line : Files.readAllLines(Path.of("docs/operations.md"))) {
            if (line.startsWith("| `textonce_")) {
                NAME.matcher(line.substring(0, line.indexOf('|', 1))).results().forEach(name -> told.add(name.group()));
            }
        }

        var measured = names(sandbox);
        // Registered by caps and guards, and there are none here; RecipientGuardsTest has some.
        measured.addAll(Set.of("textonce_caps_used", "textonce_caps_barred_total", "textonce_messages_barred_total"));

        assertThat(queried).hasSizeGreaterThan(15);
        assertThat(measured).containsAll(queried);
        assertThat(told)
                .hasSizeGreaterThan(15)
                .allSatisfy(name -> assertThat(measured).anyMatch(one -> one.startsWith(name)));
    }

    @Test
    void countsATextByEventSourceAndOutcomeAndHowLongItTook(Sandbox sandbox) {
        double before = count(sandbox, "textonce.messages.posted", "event", "order-shipped", "outcome", "accepted");
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "delivered");

        assertThat(count(sandbox, "textonce.messages.posted", "event", "order-shipped", "outcome", "accepted"))
                .isGreaterThan(before);
        var handover = meters(sandbox)
                .get("textonce.messages.accepted.latency")
                .tag("event", "order-shipped")
                .timer();
        assertThat(handover.takeSnapshot().histogramCounts())
                .anySatisfy(bucket -> assertThat(bucket.bucket(java.util.concurrent.TimeUnit.SECONDS))
                        .isEqualTo(10));
        assertThat(count(sandbox, "textonce.events.duplicated", "source", "http"))
                .isPositive();
        await().untilAsserted(
                        () -> assertThat(meters(sandbox).get("textonce.messages.delivered.latency").timers().stream()
                                        .mapToLong(timer -> timer.count())
                                        .sum())
                                .isPositive());
    }

    @Test
    void measuresTheHandOverOfATextWhoseAnswerWasLost(Sandbox sandbox) {
        double segments = count(sandbox, "textonce.segments.sent", "event", "order-shipped");
        double callbacks = count(sandbox, "textonce.reconciliations.resolved", "how", "callback");
        double listed = count(sandbox, "textonce.reconciliations.resolved", "how", "list");
        long handedOver = handedOver(sandbox);
        String byCallback = sandbox.newEventId();
        String byList = sandbox.newEventId();
        String number = sandbox.newNumber();
        String other = sandbox.newNumber();
        // A callback that comes by itself may overtake the answer.
        for (String each : List.of(number, other)) {
            sandbox.twilio().forNumber(each, 1, Fault.resets().afterRecording().and(Fault.losesCallbacks()));
        }

        sandbox.post("order-shipped", sandbox.orderShipped(byCallback, number));
        reportDelivered(sandbox, number);
        sandbox.post("order-shipped", sandbox.orderShipped(byList, other));
        sandbox.awaitStatus(byList, "unknown");
        await().until(() -> sandbox.twilio().sentTo(other).get(0).status(), "delivered"::equals);
        sandbox.makeDue(byList);

        sandbox.awaitStatus(byList, "delivered");
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            assertThat(count(sandbox, "textonce.reconciliations.resolved", "how", "callback"))
                    .isGreaterThanOrEqualTo(callbacks + 1);
            assertThat(count(sandbox, "textonce.reconciliations.resolved", "how", "list"))
                    .isGreaterThanOrEqualTo(listed + 1);
            assertThat(handedOver(sandbox)).isGreaterThanOrEqualTo(handedOver + 2);
            assertThat(count(sandbox, "textonce.segments.sent", "event", "order-shipped"))
                    .isGreaterThanOrEqualTo(segments + 2);
        });
    }

    @Test
    void countsPostsByWhatCameBackAndTextsByTheirEnd(Sandbox sandbox) {
        String posts = "textonce.twilio.posts";
        double accepted = count(sandbox, posts, "response", "accepted");
        double refused = count(sandbox, posts, "response", "rejected");
        double notProcessed = count(sandbox, posts, "response", "not_processed");
        double unclear = count(sandbox, posts, "response", "unknown");
        double failed = count(sandbox, "textonce.messages.ended", "event", "order-shipped", "outcome", "failed");
        for (Fault fault : List.of(refuses(21211), Fault.answers(429), Fault.answers(500), Fault.fails(30003))) {
            String number = sandbox.newNumber();
            sandbox.twilio().forNumber(number, 1, fault);
            sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), number));
        }

        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            assertThat(count(sandbox, posts, "response", "accepted")).isGreaterThanOrEqualTo(accepted + 2);
            assertThat(count(sandbox, posts, "response", "rejected")).isGreaterThanOrEqualTo(refused + 1);
            assertThat(count(sandbox, posts, "response", "not_processed")).isGreaterThanOrEqualTo(notProcessed + 1);
            assertThat(count(sandbox, posts, "response", "unknown")).isGreaterThanOrEqualTo(unclear + 1);
            assertThat(count(sandbox, "textonce.messages.ended", "event", "order-shipped", "outcome", "failed"))
                    .isGreaterThanOrEqualTo(failed + 1);
        });
    }

    @Test
    void tellsWhatWaitsAndWhatIsUnclearNow(Sandbox sandbox) {
        String held = sandbox.newNumber();
        String unknown = sandbox.newNumber();
        sandbox.twilio().forNumber(held, refuses(21611));
        sandbox.twilio().forNumber(unknown, 1, Fault.answers(500));

        sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), held));
        sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), unknown));

        await().untilAsserted(() -> {
            for (String status : List.of("held", "unknown")) {
                assertThat(meters(sandbox)
                                .get("textonce.deliveries.open")
                                .tag("status", status)
                                .gauge()
                                .value())
                        .isPositive();
                assertThat(meters(sandbox)
                                .get("textonce.deliveries.oldest")
                                .tag("status", status)
                                .timeGauge()
                                .value())
                        .isPositive();
            }
        });
    }

    /** A reminder that was scheduled days ago would otherwise fire the alert of what is held too long. */
    @ParameterizedTest
    @ValueSource(strings = {"due_at = NULL", "attempt = 2", "counted_at = now()"})
    void doesNotCountTheAgeOfWhatWaitsForItsTime(String late, Sandbox sandbox) {
        var order = sandbox.order()
                .with("sendAt", Instant.now().plus(Duration.ofHours(2)).toString())
                .post()
                .update("created_at = now() - interval '60 h'");
        var open = sandbox.context().getBean(OpenDeliveries.class);

        assertThat(open.of(DeliveryStatus.HELD).ageSeconds(Instant.now())).isLessThan(36 * 3600);

        order.update(late);
        assertThat(open.of(DeliveryStatus.HELD).ageSeconds(Instant.now())).isGreaterThan(59 * 3600);
        sandbox.database().update("DELETE FROM textonce.deliveries WHERE event_id = ?", order.eventId());
    }

    /** Of 300,000 reminders it would read each row every few seconds. */
    @Test
    void readsNoRowOfWhatWaitsForItsTime(Sandbox sandbox) {
        var plan = sandbox.database().execute((Connection connection) -> {
            try (var statement = connection.createStatement()) {
                statement.execute("SET enable_seqscan = off");
                try (var rows =
                        statement.executeQuery("EXPLAIN (FORMAT JSON) " + OpenDeliveries.query(DeliveryStatus.HELD))) {
                    rows.next();
                    return rows.getString(1);
                } finally {
                    statement.execute("RESET enable_seqscan");
                }
            }
        });

        assertThat(plan).contains("deliveries_open_idx", "deliveries_late_idx").doesNotContain("attempt", "counted_at");
    }

    private static long handedOver(Sandbox sandbox) {
        return meters(sandbox)
                .find("textonce.messages.accepted.latency")
                .tag("event", "order-shipped")
                .timers()
                .stream()
                .mapToLong(timer -> timer.count())
                .sum();
    }

    @Test
    void hasNeitherANumberNorAnIdAsATag(Sandbox sandbox) throws IOException {
        everythingHappens(sandbox);

        var tags = meters(sandbox).getMeters().stream()
                .map(Meter::getId)
                .filter(id -> id.getName().startsWith("textonce"))
                .flatMap(id -> id.getTags().stream())
                .map(Tag::getValue)
                .collect(Collectors.toSet());

        assertThat(tags).isNotEmpty().allSatisfy(value -> assertThat(value).doesNotContainPattern("\\d{4}"));
    }

    private static void everythingHappens(Sandbox sandbox) {
        String delivered = sandbox.newEventId();
        String event = sandbox.orderShipped(delivered, sandbox.newNumber());
        sandbox.post("order-shipped", event);
        sandbox.post("order-shipped", event);
        String refused = sandbox.newNumber();
        sandbox.twilio().forNumber(refused, refuses(21606));
        String refusedId = sandbox.newEventId();
        sandbox.post("order-shipped", sandbox.orderShipped(refusedId, refused));
        sandbox.postJson(
                "/api/deliveries/" + sandbox.delivery(refusedId).get("id") + "/resend", "{\"reason\":\"try again\"}");
        String lost = sandbox.newNumber();
        String lostId = sandbox.newEventId();
        sandbox.twilio().forNumber(lost, 1, Fault.answersGarbage().and(Fault.losesCallbacks()));
        sandbox.post("order-shipped", sandbox.orderShipped(lostId, lost));
        reportDelivered(sandbox, lost);
        sandbox.send(HttpRequest.newBuilder(sandbox.uri("/twilio/status-callback"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("MessageSid=SM00000000000000000000000000000001&MessageStatus=sent")));
        sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/deliveries")).header("Authorization", "Bearer wrong"));
        sandbox.postJson("/api/verify/start", "{\"phone\":\"" + sandbox.newNumber() + "\"}");
        sandbox.awaitStatus(delivered, "delivered");
        sandbox.awaitStatus(lostId, "delivered");
    }

    private static void reportDelivered(Sandbox sandbox, String number) {
        sandbox.twilio().reports(sandbox.twilio().sentTo(number).get(0).sid(), "delivered", null);
    }

    /** As Prometheus gets them. */
    private static Set<String> names(Sandbox sandbox) {
        var convention = new PrometheusNamingConvention();
        return meters(sandbox).getMeters().stream()
                .map(Meter::getId)
                .flatMap(id -> {
                    String name = convention.name(id.getName(), id.getType(), id.getBaseUnit());
                    boolean counted = id.getType() == Meter.Type.COUNTER;
                    List<String> suffixes = id.getType() == Meter.Type.TIMER
                            ? List.of("_seconds_count", "_seconds_sum", "_seconds_max", "_seconds_bucket")
                            : counted ? List.of("", "_total") : List.of("", "_seconds");
                    String stem = name.replaceFirst("_(total|seconds)$", "");
                    return suffixes.stream().map(suffix -> suffix.isEmpty() ? name : stem + suffix);
                })
                .collect(Collectors.toSet());
    }

    private static double count(Sandbox sandbox, String name, String... tags) {
        return meters(sandbox).find(name).tags(tags).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    private static MeterRegistry meters(Sandbox sandbox) {
        return sandbox.context().getBean(MeterRegistry.class);
    }
}
