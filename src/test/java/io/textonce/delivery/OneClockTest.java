package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** What is due, leased and sent again goes by the database's clock, however far this instance's own is from it. */
@Tag("slow")
class OneClockTest {

    private static final Duration LEASE = Duration.ofSeconds(60);

    @RegisterExtension
    private static final TestDatabase DATABASE = new TestDatabase();

    private static JdbcTemplate jdbc;
    private static CamelContext context;

    @BeforeAll
    static void createTables() {
        jdbc = new JdbcTemplate(DATABASE);
        DeliveryTables.migrate(DATABASE, LEASE);
        context = new DefaultCamelContext();
    }

    @BeforeEach
    void forget() {
        jdbc.execute("TRUNCATE textonce.deliveries, textonce.delivery_events");
    }

    @ParameterizedTest
    @ValueSource(ints = {-3600, -5, 5, 3600})
    void sendsATextWhenQuietHoursAreOverByTheClockThatCalledItDue(int secondsAhead) {
        var tables = tables(secondsAhead);
        hold(tables, now().minusSeconds(2));

        var taken = tables.leases().held(10);

        assertThat(taken)
                .singleElement()
                .satisfies(due -> assertThat(tables.gate().again(due).isSend()).isTrue());
    }

    @ParameterizedTest
    @ValueSource(ints = {-3600, -5, 5, 3600})
    void holdsATextOnceUntilQuietHoursAreOver(int secondsAhead) {
        var tables = tables(secondsAhead);
        var over = now().plusSeconds(3);
        hold(tables, over);

        int takes = 0;
        while (true) {
            var taken = tables.leases().held(10);
            takes += taken.size();
            if (taken.isEmpty()) {
                if (now().isAfter(over.plusSeconds(5))) {
                    break;
                }
                continue;
            }
            var decision = tables.gate().again(taken.get(0));
            if (decision.isSend()) {
                break;
            }
            tables.due().end(taken.get(0), decision);
        }

        assertThat(takes).isEqualTo(2);
        assertThat(now()).isBetween(over, over.plusSeconds(5));
        assertThat(jdbc.queryForObject("SELECT count(*) FROM textonce.delivery_events", Integer.class))
                .as("entries: held, taken, held, taken")
                .isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {-3600, 3600})
    void leasesATextUntilItsOwnTimeByTheClockThatCalledItDue(int secondsAhead) {
        var tables = tables(secondsAhead);
        hold(tables, now().minusSeconds(2));
        jdbc.update("UPDATE textonce.deliveries SET expires_at = now() + interval '30 s'");
        var fresh = tables.leases().held(10).get(0);
        jdbc.update("UPDATE textonce.deliveries SET status = 'held', due_at = now(), expires_at = now()");
        var late = tables.leases().held(10).get(0);

        assertThat(fresh.lease().holds()).isTrue();
        assertThat(tables.gate().again(fresh).isSend()).isTrue();
        assertThat(late.lease().holds()).isFalse();
        assertThat(tables.gate().again(late).status()).isEqualTo(DeliveryStatus.REJECTED);
    }

    /** The process may be stopped at any moment from then on; the row's lease begins while the statement runs. */
    @Test
    void beginsALeaseBeforeTheStatementThatTakes() throws SQLException {
        var lease = Duration.ofMillis(300);
        var tables = DeliveryTables.of(DATABASE, lease, null);
        hold(tables, now().minusSeconds(2));

        CompletableFuture<DueDelivery> taken;
        try (var connection = DATABASE.getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE textonce.deliveries IN ACCESS EXCLUSIVE MODE");
            taken = CompletableFuture.supplyAsync(() -> tables.leases().held(10).get(0));
            await().until(() -> jdbc.queryForObject(
                            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                    + " AND now() - query_start > interval '400 ms'",
                            Integer.class)
                    == 1);
            connection.rollback();
        }

        assertThat(taken.join().lease().holds()).isFalse();
    }

    private static DeliveryTables tables(int secondsAhead) {
        return DeliveryTables.of(
                DATABASE, LEASE, null, Clock.offset(Clock.systemUTC(), Duration.ofSeconds(secondsAhead)));
    }

    private static Instant now() {
        return jdbc.queryForObject("SELECT now()", Timestamp.class).toInstant();
    }

    /** A held text that is due, in quiet hours that end at a moment and began half a day before it. */
    private static void hold(DeliveryTables tables, Instant quietUntil) {
        ClaimedEvent.hold(tables, context, "event", "", "+14155552671", "text", Duration.ZERO);
        var until = LocalTime.ofInstant(quietUntil.truncatedTo(ChronoUnit.MICROS), ZoneOffset.UTC);
        jdbc.update(
                "UPDATE textonce.deliveries SET due_at = now(), quiet_hours = ?, time_zone = 'UTC'",
                until.minusHours(12) + "-" + until);
    }
}
