package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.message.Sms;
import io.textonce.sandbox.SandboxPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

@Tag("slow")
class DueLeasesTest {

    @TempDir
    private static Path directory;

    private static SandboxPostgres postgres;
    private static SingleConnectionDataSource dataSource;
    private static JdbcTemplate jdbc;

    private final AtomicLong nanos = new AtomicLong();
    private DueLeases leases;

    @BeforeAll
    static void startDatabase() {
        postgres = new SandboxPostgres(directory).start();
        dataSource = new SingleConnectionDataSource(postgres.url(), "postgres", "postgres", true);
        DeliveryTables.migrate(dataSource, Duration.ofSeconds(60));
        jdbc = new JdbcTemplate(dataSource);
        jdbc.execute("ALTER TABLE textonce.deliveries SET (autovacuum_enabled = false)");
    }

    @AfterAll
    static void stopDatabase() {
        dataSource.destroy();
        postgres.close();
    }

    @BeforeEach
    void createLeases() {
        leases = new DueLeases(jdbc, Sms::sender, Duration.ofSeconds(60), Redirection.NONE, nanos::get);
    }

    @AfterEach
    void deleteRows() {
        jdbc.execute("TRUNCATE textonce.deliveries, textonce.delivery_events");
    }

    @ParameterizedTest
    @ValueSource(strings = {"held", "reserved", "unknown", "sent"})
    void leasesUrgentMessagesBeforeOthersThatAreDueForLonger(String status) {
        insert(status, "other-", Duration.ofMinutes(30), null, 40);
        insert(status, "urgent-", Duration.ofMinutes(1), "smartEncoded=true urgent=true", 20);

        assertThat(lease(status, 15)).hasSize(15).allMatch(id -> id.startsWith("urgent-"));
        assertThat(lease(status, 15))
                .hasSize(15)
                .filteredOn(id -> id.startsWith("urgent-"))
                .hasSize(5);
        assertThat(lease(status, 100)).hasSize(30).allMatch(id -> id.startsWith("other-"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"held", "reserved", "sent"})
    void readsNoEntryOfALeasedRowAgainWhileASnapshotIsOpen(String status) throws SQLException {
        try (var snapshot = snapshot()) {
            insert(status, "gone-", Duration.ofMinutes(5), null, 5_000);
            jdbc.update("UPDATE textonce.deliveries SET status = 'rejected', message_sid = NULL, due_at = NULL");
            assertThat(entriesReadBy(() -> lease(status, 10))).isGreaterThanOrEqualTo(5_000);
            insert(status, "due-", Duration.ofSeconds(1), null, 3);

            assertThat(entriesReadBy(() -> assertThat(lease(status, 10)).hasSize(3)))
                    .isLessThan(50);
            snapshot.rollback();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"held", "reserved", "unknown", "sent"})
    void knowsWhetherARowOfAnyQueueIsDue(String status) {
        DueRows.insert(jdbc, status, "due-later-", Duration.ofHours(-1), null, 1);
        assertThat(isDue()).isFalse();

        DueRows.insert(jdbc, status, "due-", Duration.ZERO, "urgent=true", 1);

        assertThat(isDue()).isTrue();
    }

    /** One that were still unknown would be found missing, and sent again. */
    @ParameterizedTest
    @CsvSource({"sent, sent, true", "delivered, delivered, false", "teleported, accepted, true"})
    void bindsAMessageWhateverItsStatus(String listed, String status, boolean isPolled) {
        insert("unknown", "bound-", Duration.ofMinutes(1), null, 1);
        var due = leases.unknown(1).get(0);

        assertThat(deliveries().bind(due, "SM00000000000000000000000000000001", listed, null, Duration.ofHours(1)))
                .isTrue();
        assertThat(jdbc.queryForMap(
                        "SELECT status, message_sid, due_at > now() IS TRUE AS is_polled FROM textonce.deliveries"))
                .containsEntry("status", status)
                .containsEntry("message_sid", "SM00000000000000000000000000000001")
                .containsEntry("is_polled", isPolled);
    }

    /** Without callbacks the polls of an hour are more than can be made in it. */
    @Test
    void leasesACancellationBeforeThePollsThatAreDueForLonger() {
        insert("sent", "silent-", Duration.ofMinutes(50), null, 300);
        insert("scheduled", "canceled-", Duration.ZERO, null, 1);
        jdbc.update("UPDATE textonce.deliveries SET cancel_requested_at = now() WHERE status = 'scheduled'");

        assertThat(leases.silent(16))
                .hasSize(16)
                .extracting(DueDelivery::eventId)
                .contains("canceled-1");
    }

    @Test
    void schedulesNoPollOfAMessageThatIsFinalMeanwhile() {
        insert("sent", "polled-", Duration.ofMinutes(1), null, 1);
        var due = leases.silent(1).get(0);
        jdbc.update("UPDATE textonce.deliveries SET status = 'delivered', due_at = NULL");

        deliveries().schedulePoll(due, Duration.ofHours(1));

        assertThat(jdbc.queryForObject("SELECT due_at IS NULL FROM textonce.deliveries", Boolean.class))
                .isTrue();
    }

    /** As one of newer data, on an instance that has accepted the event. */
    @Test
    void leasesAMessageWhoseTimeZoneThisJavaDoesNotKnow() {
        insert("held", "zone-", Duration.ofMinutes(1), null, 2);
        jdbc.update("UPDATE textonce.deliveries SET time_zone = 'Moon/Tranquility' WHERE event_id = 'zone-1'");

        assertThat(leases.held(2))
                .hasSize(2)
                .allSatisfy(due -> assertThat(due.sms().timeZone()).isNull());
    }

    /** The slot of another sender is none of its own. */
    @ParameterizedTest
    @CsvSource({"+15551234567, true", "+15550009999, false"})
    void keepsASlotOfTheSameSenderOnly(String sender, boolean hasSlot) {
        insert("held", "slot-", Duration.ofMinutes(1), null, 1);
        jdbc.update("UPDATE textonce.deliveries SET slot_at = due_at");
        var moved = new DueLeases(jdbc, sms -> sender, Duration.ofSeconds(60), Redirection.NONE, nanos::get);

        assertThat(moved.held(1)).singleElement().satisfies(due -> {
            assertThat(due.sender()).isEqualTo(sender);
            assertThat(due.hasSlot()).isEqualTo(hasSlot);
        });
    }

    /** A callback about an earlier attempt shows that Twilio has the message. */
    @Test
    void decidesNothingAboutAMessageThatTwilioHasMeanwhile() {
        insert("held", "decided-", Duration.ofMinutes(1), null, 1);
        var due = leases.held(1).get(0);
        jdbc.update("UPDATE textonce.deliveries SET status = 'sent', message_sid = 'SM1'");

        deliveries().end(due, SendDecision.held(Instant.now(), "Held"));
        deliveries().end(due, DeliveryStatus.CANCELED, "Dropped");

        assertThat(jdbc.queryForObject("SELECT status FROM textonce.deliveries", String.class))
                .isEqualTo("sent");
    }

    /** It was found, and its message turned out to be another's: it is unknown since then, for a window of its own. */
    @Test
    void decidesNothingAboutAMessageThatIsUnknownAgainMeanwhile() {
        insert("unknown", "again-", Duration.ofMinutes(1), null, 1);
        var due = leases.unknown(1).get(0);
        jdbc.update("UPDATE textonce.deliveries SET unknown_since = now() + interval '1 s'");

        assertThat(deliveries().again(due, due.sms())).isNull();
        deliveries().end(due, DeliveryStatus.CANCELED, "Dropped");

        assertThat(jdbc.queryForObject("SELECT status FROM textonce.deliveries", String.class))
                .isEqualTo("unknown");
    }

    /** It may be at Twilio: reconciliation of others with the same text reckons with it. */
    @Test
    void keepsSinceWhenAnOutcomeIsUnknownThatAnOperatorMustDecide() {
        insert("unknown", "undecided-", Duration.ofMinutes(1), null, 1);

        deliveries().giveUp(leases.unknown(1).get(0), "Unconfirmed");

        assertThat(jdbc.queryForMap(
                        "SELECT status, due_at, unknown_since IS NULL AS is_known FROM textonce.deliveries"))
                .containsEntry("status", "held")
                .containsEntry("due_at", null)
                .containsEntry("is_known", false);
    }

    private static DueRepository deliveries() {
        return new DueRepository(
                jdbc,
                Sms::sender,
                Duration.ofSeconds(60),
                Redirection.NONE,
                new BarredMessages(new SimpleMeterRegistry()));
    }

    private Boolean isDue() {
        return jdbc.queryForObject("SELECT " + leases.condition(), Boolean.class);
    }

    @Test
    void readsEachEntryOnceOfManyThatAreDueAtTheSameTimeWhileASnapshotIsOpen() throws SQLException {
        try (var snapshot = snapshot()) {
            insert("held", "morning-", Duration.ofMinutes(1), null, 1_000);
            var leased = new HashSet<String>();

            long read = entriesReadBy(() -> {
                while (leased.addAll(lease("held", 10))) {
                    // The next ten.
                }
            });

            assertThat(leased).hasSize(1_000);
            assertThat(read).isLessThan(5_000);
            snapshot.rollback();
        }
    }

    @Test
    void leasesWhatBecameDueInThePastWithinAMinute() {
        assertThat(lease("held", 10)).isEmpty();
        insert("held", "late-", Duration.ofHours(1), null, 1);

        assertThat(lease("held", 10)).isEmpty();
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());

        assertThat(lease("held", 10)).containsExactly("late-1");
    }

    private List<String> lease(String status, int most) {
        var leased = switch (status) {
            case "held" -> leases.held(most);
            case "sent" -> leases.silent(most);
            default -> leases.unknown(most);
        };
        return leased.stream().map(DueDelivery::eventId).toList();
    }

    private static void insert(String status, String prefix, Duration dueFor, String options, int number) {
        DueRows.insert(jdbc, status, prefix, dueFor, options, number);
    }

    /** Begins a transaction that sees the table as it is now. */
    private static Connection snapshot() throws SQLException {
        var connection = DriverManager.getConnection(postgres.url(), "postgres", "postgres");
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try (var statement = connection.createStatement()) {
            statement.execute("SELECT count(*) FROM textonce.deliveries");
        }
        return connection;
    }

    private static long entriesReadBy(Runnable work) {
        long before = entriesRead();
        work.run();
        return entriesRead() - before;
    }

    private static long entriesRead() {
        jdbc.execute("SELECT pg_stat_force_next_flush()");
        return jdbc.queryForObject(
                "SELECT idx_tup_read FROM pg_stat_user_indexes"
                        + " WHERE indexrelname = 'deliveries_stage_is_urgent_due_at_id_idx'",
                Long.class);
    }
}
