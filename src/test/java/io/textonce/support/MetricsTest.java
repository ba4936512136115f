package io.textonce.support;

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
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is measured, and that dashboard and alerts ask for nothing else. */
@SandboxTest
class MetricsTest {

    private static final Pattern NAME = Pattern.compile("\\b(textonce|camel|hikaricp|jvm|http)_[a-z_]+");

    @Test
    void dashboardAndAlertsAskOnlyForWhatIsMeasured(Sandbox sandbox) throws IOException {
        everythingHappens(sandbox);
        var asked = new TreeSet<String>();
        for (JsonNode file : new JsonNode[] {
            new ObjectMapper().readTree(Path.of("ops/grafana/textonce.json").toFile()),
            new YAMLMapper().readTree(Path.of("ops/prometheus/alerts.yaml").toFile())
        }) {
            file.findValuesAsText("expr")
                    .forEach(expression -> NAME.matcher(expression).results().forEach(name -> asked.add(name.group())));
        }

        var measured = names(sandbox);

        assertThat(asked).hasSizeGreaterThan(15);
        assertThat(measured).containsAll(asked);
    }

    @Test
    void countsATextByEventSourceAndOutcomeAndHowLongItTook(Sandbox sandbox) {
        double before = count(sandbox, "textonce.texts.posted", "event", "order-shipped", "outcome", "accepted");
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "delivered");

        assertThat(count(sandbox, "textonce.texts.posted", "event", "order-shipped", "outcome", "accepted"))
                .isGreaterThan(before);
        var handover = meters(sandbox)
                .get("textonce.texts.handover")
                .tag("event", "order-shipped")
                .timer();
        assertThat(handover.takeSnapshot().histogramCounts())
                .anySatisfy(bucket -> assertThat(bucket.bucket(java.util.concurrent.TimeUnit.SECONDS))
                        .isEqualTo(10));
        assertThat(count(sandbox, "textonce.events.duplicated", "source", "http"))
                .isPositive();
        await().untilAsserted(() -> assertThat(meters(sandbox).get("textonce.texts.delivery").timers().stream()
                        .mapToLong(timer -> timer.count())
                        .sum())
                .isPositive());
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
        sandbox.twilio().forNumber(refused, refuses(21211));
        sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), refused));
        String lost = sandbox.newNumber();
        String lostId = sandbox.newEventId();
        sandbox.twilio().forNumber(lost, 1, Fault.answersGarbage());
        sandbox.post("order-shipped", sandbox.orderShipped(lostId, lost));
        sandbox.send(HttpRequest.newBuilder(sandbox.uri("/twilio/status-callback"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("MessageSid=SM00000000000000000000000000000001&MessageStatus=sent")));
        sandbox.awaitStatus(delivered, "delivered");
        sandbox.awaitStatus(lostId, "delivered");
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
