package io.textonce.proof;

import static io.textonce.sandbox.Fault.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.PageClient;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** All five bulk actions, each confirmed by two operators at once on two instances that are killed in the middle. */
@Tag("proof")
class BulkProofIT extends Proof {

    private static final int EACH = LARGE ? 150 : 40;
    private static final int KILLS = LARGE ? 5 : 2;
    private static final List<String> ACTIONS = List.of("resend", "release", "drop", "cancel", "erase");

    private static final String TAKEN = "SELECT count(*) FROM textonce.bulk_items WHERE outcome IS NOT NULL";
    private static final String OPEN = "SELECT count(*) FROM textonce.bulk_actions WHERE finished_at IS NULL";

    @Test
    void actsOnceOnEachMessageThoughInstancesAreKilledAndTwoOperatorsConfirmAtOnce() {
        app = start();
        other = instance().start();
        peers.twilio().callbackTarget(app.hostAndPort());
        accept();
        for (String action : ACTIONS) {
            confirm(app, action);
            confirm(other, action);
        }
        assertThat(count("SELECT count(*) FROM textonce.bulk_items")).isEqualTo(2L * EACH * ACTIONS.size());
        database().update("UPDATE textonce.bulk_actions SET starts_at = now()");

        int kills = 0;
        for (int kill = 1; kill <= KILLS; kill++) {
            long taken = (long) kill * 2 * EACH * ACTIONS.size() / (KILLS + 1);
            await("some messages to be acted on")
                    .atMost(MOST)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> count(TAKEN) >= taken);
            kills += count(OPEN) > 0 ? 2 : 0;
            app.kill();
            other.kill();
            app.start();
            other.start();
        }
        await("all actions to be finished").atMost(MOST).until(() -> count(OPEN) == 0);

        assertThat(kills).as("kills in the middle").isPositive();
        judge(oracle.judgeNumbers(
                "bulk actions of two operators, kill -9",
                numbers("resend", "release", "erase"),
                kills + " kills",
                MOST));
        for (String action : ACTIONS) {
            assertThat(count(
                            "SELECT count(*) FROM textonce.bulk_items AS i JOIN textonce.bulk_actions AS b ON b.id = bulk_id"
                                    + " WHERE outcome = 'acted' AND action = '" + action + "'"))
                    .as("messages of %s that were acted on", action)
                    .isEqualTo(EACH);
            assertThat(count("SELECT count(*) FROM (SELECT delivery_id FROM textonce.bulk_items AS i"
                            + " JOIN textonce.bulk_actions AS b ON b.id = bulk_id WHERE outcome = 'acted' AND action = '"
                            + action + "' GROUP BY delivery_id HAVING count(*) = 1) AS once"))
                    .as("messages of %s that were acted on once", action)
                    .isEqualTo(EACH);
            if (!action.equals("erase")) {
                assertThat(count("SELECT count(*) FROM textonce.delivery_events WHERE kind = 'operator' AND action = '"
                                + action + "'"))
                        .as("entries of %s in timelines", action)
                        .isEqualTo(EACH);
            }
        }
        assertThat(
                        count(
                                "SELECT count(*) FROM textonce.deliveries WHERE event_id LIKE 'bulk-erase-%' AND phone IS NULL"))
                .isEqualTo(EACH);
        assertThat(count("SELECT count(*) FROM textonce.deliveries WHERE status = 'canceled'"
                        + " AND event_id ~ '^bulk-(drop|cancel)-'"))
                .isEqualTo(2L * EACH);
    }

    /** Has the messages of each action accepted, in the state that it is for. */
    private void accept() {
        String later = ",\"sendAt\":\"" + Instant.now().plus(Duration.ofHours(2)) + "\"}";
        for (String action : ACTIONS) {
            boolean isPlanned = List.of("release", "drop", "cancel").contains(action);
            for (int i = 0; i < EACH; i++) {
                if (action.equals("resend")) {
                    peers.twilio().forNumber(number(action, i), 1, refuses(21408));
                }
                String event =
                        "{\"eventId\":\"bulk-%s-%d\",\"phone\":\"%s\",\"orderId\":\"1001\",\"consentAt\":\"%s\"%s"
                                .formatted(
                                        action, i, number(action, i), "2026-06-02T09:00:00Z", isPlanned ? later : "}");
                int status = app.post("order-shipped", event).statusCode();
                assertThat(status / 100 == 2).as("%d for %s", status, event).isEqualTo(!action.equals("resend"));
            }
        }
        database().update("UPDATE textonce.deliveries SET due_at = NULL WHERE event_id ~ '^bulk-(release|drop)-'");
        await("messages to be delivered")
                .atMost(MOST)
                .until(() -> count("SELECT count(*) FROM textonce.deliveries WHERE status = 'delivered'") == EACH);
    }

    private void confirm(AppProcess instance, String action) {
        String ids = IntStream.range(0, EACH)
                .mapToObj(i -> "bulk-" + action + "-" + i)
                .collect(Collectors.joining(","));
        String filter = "action=" + action + "&ids=" + URLEncoder.encode(ids, StandardCharsets.UTF_8);
        var preview = instance.get("/bulk/preview?" + filter);
        String form = filter + "&why=A+proof&many=" + PageClient.field(preview, "many") + "&id="
                + PageClient.field(preview, "id");
        var answer = instance.send(HttpRequest.newBuilder(instance.uri("/bulk"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
    }

    private static Set<String> numbers(String... actions) {
        var numbers = new HashSet<String>();
        for (String action : actions) {
            IntStream.range(0, EACH).forEach(i -> numbers.add(number(action, i)));
        }
        return numbers;
    }

    private static String number(String action, int i) {
        return "+1555" + (6_000_000 + 1000 * ACTIONS.indexOf(action) + i);
    }

    private JdbcTemplate database() {
        return new JdbcTemplate(new DriverManagerDataSource(peers.postgres().url(), "postgres", "postgres"));
    }

    private long count(String sql) {
        return database().queryForObject(sql, Long.class);
    }
}
