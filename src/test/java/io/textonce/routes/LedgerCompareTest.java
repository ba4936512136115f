package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Twilio's log against the deliveries; the log also has what other tests left there. */
@SandboxTest
class LedgerCompareTest {

    @Autowired
    private ProducerTemplate routes;

    @Autowired
    private MeterRegistry meters;

    @Test
    void findsWhatWasSentElsewhereAndWhatVanishedAndNothingElse(Sandbox sandbox) {
        String ordinary = delivered(sandbox, sandbox.newNumber());
        String erasedNumber = sandbox.newNumber();
        String erased = delivered(sandbox, erasedNumber);
        sandbox.request("DELETE", "/api/people", "{\"phone\":\"" + erasedNumber + "\"}");
        assertThat(sandbox.twilio().message(erased).to()).isEqualTo(erasedNumber);
        String vanished = delivered(sandbox, sandbox.newNumber());
        sandbox.twilio().deletes(vanished);
        String number = sandbox.newNumber();
        String foreign = sendsElsewhere(sandbox, Peers.FROM_NUMBER, number);
        String others = sendsElsewhere(sandbox, "+15550009999", number);

        compare();

        assertThat(differences(sandbox))
                .containsEntry(foreign, "unexplained")
                .containsEntry(vanished, "missing")
                .doesNotContainKeys(ordinary, erased, others);
        assertThat(sandbox.database()
                        .queryForMap("SELECT * FROM textonce.ledger_differences WHERE message_sid = ?", foreign)
                        .toString())
                .doesNotContain(number)
                .doesNotContain("table");
        await().untilAsserted(() -> {
            assertThat(gauge("textonce.unexplained.messages")).isGreaterThanOrEqualTo(1);
            assertThat(gauge("textonce.missing.messages")).isGreaterThanOrEqualTo(1);
        });
    }

    @Test
    void showsEachDifferenceWithItsMeaningUntilItIsExplained(Sandbox sandbox) {
        String eventId = sandbox.newEventId();
        sandbox.post("order-shipped", sandbox.orderShipped(eventId, sandbox.newNumber()));
        sandbox.awaitStatus(eventId, "delivered");
        var delivery = sandbox.delivery(eventId);
        String foreign = sendsElsewhere(sandbox, Peers.FROM_NUMBER, sandbox.newNumber());
        String second = sendsElsewhere(sandbox, Peers.FROM_NUMBER, sandbox.newNumber());
        calledBack(sandbox, second, delivery.get("id"));
        String lost = sendsElsewhere(sandbox, Peers.FROM_NUMBER, sandbox.newNumber());
        calledBack(sandbox, lost, null);

        compare();

        assertThat(page(sandbox))
                .contains("Message from elsewhere", foreign)
                .contains("Second message of an event", second, "/deliveries/" + delivery.get("id"))
                .contains("Message of a lost delivery", lost)
                .contains("What to do:");
        sandbox.database()
                .update("UPDATE textonce.deliveries SET message_sid = ? WHERE event_id = ?", foreign, eventId);
        assertThat(page(sandbox)).doesNotContain(foreign).contains(second);
    }

    @Test
    void measuresTheLagOfTheList(Sandbox sandbox) {
        delivered(sandbox, sandbox.newNumber());

        await().untilAsserted(() -> {
            assertThat(page(sandbox))
                    .containsPattern("Longest lag in 90 days \\d+\\.\\d s, reconciliation window 2 min");
            assertThat(gauge("textonce.twilio.list.lag")).isNotNaN();
        });
        assertThat(gauge("textonce.twilio.list.lag.assumed")).isEqualTo(60);
    }

    /** Also the day of what a test sent a moment before midnight. */
    private void compare() {
        var now = Instant.now();
        Stream.of(now.minus(Duration.ofMinutes(5)), now)
                .map(time -> LocalDate.ofInstant(time, ZoneOffset.UTC))
                .distinct()
                .forEach(day -> routes.sendBody("direct:ledger-compare-day", day));
    }

    private double gauge(String name) {
        return meters.get(name).gauge().value();
    }

    private static String page(Sandbox sandbox) {
        return sandbox.get("/ledger").body();
    }

    /** Returns the SID. */
    private static String delivered(Sandbox sandbox, String number) {
        String id = sandbox.newEventId();
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "delivered");
        return (String) sandbox.delivery(id).get("message_sid");
    }

    private static String sendsElsewhere(Sandbox sandbox, String from, String to) {
        return sandbox.twilio().sendsElsewhere(from, to, "Your table is ready.").sid();
    }

    private static void calledBack(Sandbox sandbox, String sid, Object delivery) {
        sandbox.database()
                .update(
                        "INSERT INTO textonce.delivery_events (delivery_id, kind, status, message_sid)"
                                + " VALUES (CAST(? AS uuid), 'callback', 'sent', ?)",
                        delivery,
                        sid);
    }

    private static Map<String, String> differences(Sandbox sandbox) {
        return sandbox.database().queryForList("SELECT * FROM textonce.ledger_differences").stream()
                .collect(Collectors.toMap(row -> (String) row.get("message_sid"), row -> (String) row.get("kind")));
    }
}
