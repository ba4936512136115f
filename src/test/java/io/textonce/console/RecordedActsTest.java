package io.textonce.console;

import static io.textonce.delivery.DeliveryStatus.HELD;
import static io.textonce.sandbox.Fault.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.PageClient;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** An action that the audit log can't record is not done: its operator would repeat it. */
@SandboxTest
class RecordedActsTest {

    private static final Pattern PERSON = Pattern.compile("/people\\?(n=[^\"&]+)");

    @Test
    void cancelsNothingWithoutARecord(Sandbox sandbox) {
        var order = sandbox.order().meeting(2, refuses(21611)).post().await(HELD);

        var answer = withoutRecord(sandbox, "canceled", () -> order.act("cancel", "The order was canceled"));

        assertThat(answer.statusCode()).isGreaterThanOrEqualTo(400);
        assertThat(order.delivery()).containsEntry("status", "held");
    }

    @Test
    void importsNoOptOutWithoutARecord(Sandbox sandbox) {
        String number = sandbox.newNumber();

        var answer = withoutRecord(
                sandbox,
                "imported",
                () -> sandbox.postJson("/api/opt-outs", "{\"optOuts\":[{\"phone\":\"" + number + "\"}]}"));

        assertThat(answer.statusCode()).isGreaterThanOrEqualTo(400);
        assertThat(count(sandbox, "opt_outs WHERE phone_hash = ?", sandbox.phoneHash(number)))
                .isZero();
    }

    @Test
    void suspendsNoSubscriberWithoutARecord(Sandbox sandbox) {
        var answer = withoutRecord(
                sandbox,
                "suspended",
                () -> sandbox.postJson("/api/subscriptions/sandbox/suspend", "{\"reason\":\"Maintenance\"}"));

        assertThat(answer.statusCode()).isGreaterThanOrEqualTo(400);
        assertThat(count(sandbox, "outbox_cursors WHERE name = 'sandbox' AND suspended_at IS NOT NULL"))
                .isZero();
    }

    @Test
    void erasesNobodyOnThePageWithoutARecord(Sandbox sandbox) {
        var order = sandbox.order().meeting(2, refuses(21611)).post().await(HELD);
        var pages = new PageClient(sandbox);
        var person =
                PERSON.matcher(pages.post("/search", "q=" + URLEncoder.encode(order.number(), StandardCharsets.UTF_8))
                        .body());
        assertThat(person.find()).isTrue();

        var answer = withoutRecord(
                sandbox,
                "erased",
                () -> pages.post("/people/erase", person.group(1) + "&reason=Request+of+the+person"));

        assertThat(answer.statusCode()).isGreaterThanOrEqualTo(400);
        assertThat(order.delivery()).containsEntry("phone", order.number());
    }

    @Test
    void beginsNoBulkActionWithoutARecord(Sandbox sandbox) {
        var order = sandbox.order().meeting(2, refuses(21611)).post().await(HELD);
        var id = UUID.fromString("7fffffff-ffff-7000-8000-" + "%012x".formatted(System.nanoTime() & 0xffffffffffL));

        var answer = withoutRecord(
                sandbox,
                "canceled",
                () -> new PageClient(sandbox)
                        .post("/bulk", "action=cancel&ids=" + order.eventId() + "&many=1&why=Test&id=" + id));

        assertThat(answer.statusCode()).isGreaterThanOrEqualTo(400);
        assertThat(count(sandbox, "bulk_actions WHERE id = ?", id)).isZero();
    }

    private static HttpResponse<String> withoutRecord(
            Sandbox sandbox, String verb, Supplier<HttpResponse<String>> action) {
        sandbox.database()
                .execute("ALTER TABLE textonce.audit_entries ADD CONSTRAINT test_check CHECK (verb <> '" + verb
                        + "') NOT VALID");
        try {
            return action.get();
        } finally {
            sandbox.database().execute("ALTER TABLE textonce.audit_entries DROP CONSTRAINT test_check");
        }
    }

    private static long count(Sandbox sandbox, String rows, Object... values) {
        return sandbox.database().queryForObject("SELECT count(*) FROM textonce." + rows, Long.class, values);
    }
}
