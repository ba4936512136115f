package io.textonce.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.delivery.DeliveryId;
import io.textonce.ledger.Comparison.Difference;
import io.textonce.ledger.Comparison.Kind;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Days that two instances lease. */
@SandboxTest
class LedgerDaysTest {

    @Autowired
    private CamelContext camel;

    @Autowired
    private LedgerComparison comparison;

    private Sandbox sandbox;
    private LedgerDays here;
    private LedgerDays there;

    @BeforeEach
    void begin(Sandbox sandbox) {
        this.sandbox = sandbox;
        here = new LedgerDays(sandbox.database(), comparison);
        there = new LedgerDays(sandbox.database(), comparison);
        forget();
        String id = sandbox.newEventId();
        sandbox.post("order-shipped", sandbox.orderShipped(id, sandbox.newNumber()));
        sandbox.awaitStatus(id, "delivered");
        sandbox.database()
                .update(
                        "UPDATE textonce.deliveries SET id = ?, created_at = now() - interval '30 days' WHERE event_id = ?",
                        DeliveryId.next(Instant.now().minus(Duration.ofDays(30)).toEpochMilli()),
                        id);
    }

    @AfterEach
    void forget() {
        sandbox.database().update("DELETE FROM textonce.ledger_days");
    }

    @Test
    void oneInstanceComparesADayAndOnce() {
        var mine = lease(here);
        var others = lease(there);

        assertThat(mine).isBetween(today().minusDays(2), today().minusDays(1));
        assertThat(others).isEqualTo(mine.minusDays(1));
        record(here, mine);
        record(there, others);
        assertThat(lease(here)).isEqualTo(others.minusDays(1));
    }

    @Test
    void anInstanceThatLostItsLeaseRecordsNothing() {
        var day = lease(here);
        sandbox.database().update("UPDATE textonce.ledger_days SET leased_until = now() - interval '1 s'");

        assertThat(lease(there)).isEqualTo(day);
        record(here, day, new Difference("SMlate", Kind.UNEXPLAINED, "+15551234567", Instant.now()));
        assertThat(found("SMlate")).isZero();

        record(there, day, new Difference("SMlate", Kind.UNEXPLAINED, "+15551234567", Instant.now()));
        assertThat(found("SMlate")).isEqualTo(1);
        sandbox.database().update("DELETE FROM textonce.ledger_differences WHERE message_sid = 'SMlate'");
    }

    @Test
    void leavesOutWhatMayBePurgedOrWasBeforeTheFirstDelivery() {
        assertThat(comparison.obstacle(today())).isNull();
        assertThat(comparison.obstacle(today().minusDays(20))).isNull();
        assertThat(comparison.obstacle(today().minusDays(380))).isNotNull();
        assertThat(comparison.obstacle(today().minusDays(2000))).contains("no delivery of that time");
        assertThat(comparison.obstacle(today().plusDays(2))).contains("not begun");
    }

    private LocalDate lease(LedgerDays days) {
        var exchange = new DefaultExchange(camel);
        days.lease(exchange);
        return exchange.getMessage().getBody(LocalDate.class);
    }

    private void record(LedgerDays days, LocalDate day, Difference... differences) {
        var exchange = new DefaultExchange(camel);
        exchange.getMessage().setBody(new Comparison(day, 1, List.of(differences)));
        days.record(exchange);
    }

    private int found(String sid) {
        return sandbox.database()
                .queryForObject(
                        "SELECT count(*) FROM textonce.ledger_differences WHERE message_sid = ?", Integer.class, sid);
    }

    private static LocalDate today() {
        return LocalDate.ofInstant(Instant.now(), ZoneOffset.UTC);
    }
}
