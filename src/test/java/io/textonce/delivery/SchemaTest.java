package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** What the comments of the schema promise: updates that write no index (HOT), and functions that agree with the enum. */
@Tag("slow")
class SchemaTest {

    private static final int MESSAGES = 300;
    private static final Duration LATER = Duration.ofHours(1);

    @RegisterExtension
    private static final TestDatabase DATABASE = new TestDatabase();

    private static JdbcTemplate jdbc;

    @BeforeAll
    static void createTables() {
        DATABASE.setMaximumPoolSize(1);
        jdbc = new JdbcTemplate(DATABASE);
        DeliveryTables.migrate(
                new DriverManagerDataSource(DATABASE.getJdbcUrl(), "postgres", ""), Duration.ofMinutes(1));
    }

    /** A claim that is lost with the database's machine would be a message that is sent twice. */
    @Test
    void onlyAnOutcomeCommitsBeforeItIsOnDiskAndTheSessionKeepsNothing() throws Exception {
        jdbc.execute("SET synchronous_commit = on");
        jdbc.execute("CREATE TABLE seen (setting text)");
        jdbc.execute("""
                CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN INSERT INTO seen VALUES (current_setting(''synchronous_commit'')); RETURN NULL; END'
                """);
        jdbc.execute("CREATE TRIGGER see AFTER INSERT OR UPDATE ON textonce.deliveries EXECUTE FUNCTION see()");
        try (var camel = new DefaultCamelContext();
                var outcomes = new OutcomeRepository(jdbc)) {
            var tables = DeliveryTables.of(DATABASE, Duration.ofMinutes(1), null);
            var claimed = ClaimedEvent.claim(tables, camel, "event-on-disk", "", "+15552000000", "Hi")
                    .orElseThrow();
            assertThat(seen()).isNotEmpty().containsOnly("on");
            jdbc.execute("TRUNCATE seen");

            outcomes.record(new OutcomeRepository.Outcome(
                    claimed.id(), claimed.attempt(), DeliveryStatus.QUEUED, "SM-on-disk", null, null, LATER));

            assertThat(seen()).isNotEmpty().containsOnly("off");
            assertThat(jdbc.queryForObject("SHOW synchronous_commit", String.class))
                    .isEqualTo("on");
        } finally {
            jdbc.execute("DROP TRIGGER see ON textonce.deliveries");
            jdbc.execute("TRUNCATE textonce.deliveries CASCADE");
        }
    }

    private static List<String> seen() {
        return jdbc.queryForList("SELECT setting FROM seen", String.class);
    }

    @Test
    void statusesOnTwiliosWayWriteNoIndex() throws Exception {
        var tables = DeliveryTables.of(DATABASE, Duration.ofMinutes(1), null);
        try (var camel = new DefaultCamelContext();
                var outcomes = new OutcomeRepository(jdbc);
                var reports = new StatusRepository(jdbc)) {
            for (int i = 0; i < MESSAGES; i++) {
                String number = Integer.toString(1_000_000 + i);
                var claimed = ClaimedEvent.claim(
                                tables, camel, "event-" + number, "", "+1555" + number, "Your order has shipped.")
                        .orElseThrow();
                outcomes.record(new OutcomeRepository.Outcome(
                        claimed.id(), claimed.attempt(), DeliveryStatus.QUEUED, "SM" + number, null, null, LATER));
            }
            var ids = jdbc.queryForList("SELECT message_sid FROM textonce.deliveries ORDER BY id", String.class);
            long before = updates("deliveries", "n_tup_hot_upd");

            for (String status : List.of("sending", "sent")) {
                ids.forEach(sid ->
                        reports.record(new StatusRepository.Report("callback", null, sid, status, null, null, LATER)));
            }

            assertThat(jdbc.queryForObject(
                            "SELECT count(*) FROM textonce.deliveries WHERE status = 'sent'", Integer.class))
                    .isEqualTo(MESSAGES);
            // A snapshot that somebody holds may keep a page from being pruned.
            assertThat(updates("deliveries", "n_tup_hot_upd") - before)
                    .isBetween(2 * MESSAGES * 95L / 100, 2L * MESSAGES);
        }
    }

    @Test
    void cursorsLimitsLocksAndCountsWriteNoIndex() {
        jdbc.update(
                "INSERT INTO textonce.outbox_cursors (name, published_id, safe_id, safe_xid) VALUES ('a', 0, 0, '1')");
        jdbc.update("INSERT INTO textonce.sender_rate_limits VALUES ('a', now(), now())");
        jdbc.update("INSERT INTO textonce.file_locks VALUES ('a', gen_random_uuid(), now())");
        jdbc.update("INSERT INTO textonce.verify_counts VALUES ('number', 'a', 1, now() + interval '1 h')");

        for (int i = 0; i < MESSAGES; i++) {
            jdbc.update("UPDATE textonce.outbox_cursors SET published_id = published_id + 1, leased_until = now()");
            jdbc.update("UPDATE textonce.sender_rate_limits SET next_free_at = now(), urgent_next_free_at = now()");
            jdbc.update("UPDATE textonce.file_locks SET refreshed_at = now()");
            jdbc.update("UPDATE textonce.verify_counts SET count = count + 1");
        }

        for (String table : List.of("outbox_cursors", "sender_rate_limits", "file_locks", "verify_counts")) {
            assertThat(updates(table, "n_tup_hot_upd"))
                    .as(table)
                    .isEqualTo(MESSAGES)
                    .isEqualTo(updates(table, "n_tup_upd"));
        }
    }

    @Test
    void ranksAndStagesAreThoseOfTheEnum() {
        assertThat(DeliveryStatus.values())
                .allSatisfy(status -> assertThat(jdbc.queryForMap(
                                "SELECT textonce.status_rank(?) AS rank, textonce.stage(?) AS stage",
                                status.word(),
                                status.word()))
                        .containsEntry("rank", status.rank())
                        .containsEntry("stage", status.stage()));
        assertThat(jdbc.queryForObject("SELECT textonce.status_rank('teleported')", Integer.class))
                .isNull();
    }

    @Test
    void tableTakesTheStatusesOfTheEnumAndNoOther() {
        String check = jdbc.queryForObject(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'deliveries_status_check'",
                String.class);

        assertThat(Pattern.compile("'(\\w+)'").matcher(check).results().map(word -> word.group(1)))
                .containsExactlyInAnyOrder(Arrays.stream(DeliveryStatus.values())
                        .map(DeliveryStatus::word)
                        .toArray(String[]::new));
    }

    private static long updates(String table, String counter) {
        jdbc.execute("SELECT pg_stat_force_next_flush()");
        Long count = jdbc.queryForObject(
                "SELECT " + counter + " FROM pg_stat_user_tables WHERE schemaname = 'textonce' AND relname = ?",
                Long.class,
                table);
        return count == null ? 0 : count;
    }
}
