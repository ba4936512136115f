package io.textonce.console;

import static io.textonce.delivery.DeliveryStatus.DELIVERED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.PageClient;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Operators act on the sandbox's webhook by the page, and see what it received. */
@SandboxTest
class SubscribersPageTest {

    private static final Pattern SEEN =
            Pattern.compile("(?s)/subscribers/sandbox/test.*?name=\"seen\" value=\"([^\"]*)\"");

    private Sandbox sandbox;
    private PageClient pages;

    @BeforeEach
    void start(Sandbox sandbox) {
        this.sandbox = sandbox;
        pages = new PageClient(sandbox);
    }

    @AfterEach
    void mend() {
        sandbox.peers().statuses().behaves();
        act("resume", "reason=The+test+is+over");
    }

    @Test
    void showsTheLastAnswersWithTheirLatency() {
        sandbox.order().post().await(DELIVERED);

        await().untilAsserted(() -> assertThat(pages.get("/subscribers").body())
                .contains("Last responses", " ms", "received", "Up to date"));
    }

    @Test
    void sendsATestEventAndShowsItsAnswer() {
        int before = tests();

        var good = act("test", "reason=Is+it+there");
        sandbox.peers().statuses().answers(500);
        var bad = act("test", "reason=Is+it+there");

        assertThat(good.body()).contains("Is it there", "Received in");
        assertThat(bad.body()).contains("Failed after", "HTTP 500");
        assertThat(tests()).isEqualTo(before + 2);
        assertThat(audit("tested")).isGreaterThanOrEqualTo(2);
    }

    @Test
    void suspendsResumesAndReplays() {
        act("suspend", "reason=Maintenance");
        var order = sandbox.order().post().await(DELIVERED);
        String story = pages.get("/deliveries/" + order.delivery().get("id")).body();

        assertThat(pages.get("/subscribers").body()).contains("Suspended", "Maintenance");
        assertThat(story).contains("Published to", "Suspended; not received: ");
        act("resume", "reason=Over");
        await().untilAsserted(() ->
                assertThat(sandbox.peers().statuses().statuses(order.eventId())).endsWith("delivered"));
        await().untilAsserted(() -> assertThat(
                        pages.get("/deliveries/" + order.delivery().get("id")).body())
                .contains("sent, delivered")
                .doesNotContain("not received"));
        int calls = sandbox.peers().statuses().calls(order.eventId()).size();

        var replayed = act(
                "replay",
                "reason=It+lost+some&zone=UTC&from="
                        + Instant.now()
                                .minusSeconds(60)
                                .atZone(ZoneOffset.UTC)
                                .toLocalDateTime()
                                .truncatedTo(ChronoUnit.MINUTES));

        assertThat(replayed.body()).contains("replay from", "It lost some");
        await().untilAsserted(() ->
                assertThat(sandbox.peers().statuses().calls(order.eventId())).hasSizeGreaterThan(calls));
    }

    @Test
    void skipsNoEventButTheOneThatThePageShowed() {
        sandbox.peers().statuses().answers(500);
        sandbox.order().post().await(DELIVERED);
        await().until(() -> pages.get("/subscribers").body().contains("Skip the failing event"));
        String failing = PageClient.field(pages.get("/subscribers"), "failing");

        var stale = act("skip", "reason=Why&failing=" + (Long.parseLong(failing) - 1));

        assertThat(stale.statusCode()).isEqualTo(409);
        assertThat(stale.body()).contains("Nothing was skipped", failing);
        assertThat(act("skip", "reason=Why&failing=" + failing).body()).contains(": skip (Why)");
    }

    @Test
    void doesNothingOnAPageThatIsOlderThanAnotherOperatorsAction() {
        var decision = SEEN.matcher(pages.get("/subscribers").body());
        assertThat(decision.find()).isTrue();
        String seen = "&seen=" + URLEncoder.encode(decision.group(1), UTF_8);

        assertThat(act("suspend", "reason=One" + seen).statusCode()).isEqualTo(200);
        var stale = act("resume", "reason=Two" + seen);
        var api = sandbox.postJson(
                "/api/subscriptions/sandbox/resume", "{\"reason\":\"Three\",\"decision\":\"another\"}");

        assertThat(stale.statusCode()).isEqualTo(409);
        assertThat(stale.body()).contains("another operator has acted", "suspend (One)");
        assertThat(api.statusCode()).isEqualTo(409);
    }

    @Test
    void rejectsAnActionWithoutAReasonATimeOrAFailingEvent() {
        var silent = act("suspend", "reason=+");
        var timeless = act("replay", "reason=Why&from=yesterday");
        var nothing = act("skip", "reason=Why");
        var unknown = pages.post("/subscribers/nobody/resume", "reason=Why");

        assertThat(silent.statusCode()).isEqualTo(400);
        assertThat(timeless.body()).contains("from: must be");
        assertThat(nothing.statusCode()).isEqualTo(409);
        assertThat(unknown.statusCode()).isEqualTo(404);
    }

    private HttpResponse<String> act(String action, String form) {
        return pages.post("/subscribers/sandbox/" + action, form);
    }

    private int tests() {
        return (int) sandbox.peers().statuses().calls().stream()
                .filter(call -> call.status().equals("test") && call.signed())
                .count();
    }

    private int audit(String verb) {
        return sandbox.database()
                .queryForObject("SELECT count(*) FROM textonce.audit_entries WHERE verb = ?", Integer.class, verb);
    }
}
