package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.textonce.sandbox.SandboxPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * PostgreSQL makes its plans while the tables are empty and keeps them until it has counted their rows, a minute or
 * more. Until then, too, each statement of a text finds its rows by their keys, however many others have come; and it is
 * not planned again for each text.
 */
@Tag("application")
@Tag("proof")
class NewTablesTest {

    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final int SOME = 200;
    private static final int MANY = 3000;

    @TempDir
    private static Path directory;

    private JdbcTemplate jdbc;
    private DeliveryTables tables;
    private OutcomeRepository outcomes;
    private StatusRepository reports;
    private int events;

    @Test
    void costATextNoMoreWhenTheyHaveGrown() throws Exception {
        try (var postgres = new SandboxPostgres(directory).start();
                var dataSource = new HikariDataSource();
                var camel = new DefaultCamelContext()) {
            dataSource.setJdbcUrl(postgres.url());
            dataSource.setUsername("postgres");
            dataSource.setMaximumPoolSize(1);
            dataSource.addDataSourceProperty("options", ConnectionPools.ONE_PLAN);
            jdbc = new JdbcTemplate(dataSource);
            DeliveryTables.migrate(new DriverManagerDataSource(postgres.url(), "postgres", ""), LEASE);
            tables = DeliveryTables.of(dataSource, LEASE, null);
            for (String table : List.of("deliveries", "delivery_events")) {
                jdbc.execute("ALTER TABLE textonce." + table + " SET (autovacuum_enabled = off)");
            }
            try (var backup = DriverManager.getConnection(postgres.url(), "postgres", "");
                    var toOutcomes = new OutcomeRepository(jdbc);
                    var toReports = new StatusRepository(jdbc)) {
                read(backup);
                outcomes = toOutcomes;
                reports = toReports;
                deliver(camel, SOME);

                long early = blocksOf(camel);
                deliver(camel, MANY);
                long late = blocksOf(camel);

                assertThat(late).isLessThan(early * 2);
                assertThat(jdbc.queryForObject(
                                "SELECT count(*) FROM textonce.deliveries WHERE status = 'delivered'", Integer.class))
                        .isEqualTo(MANY + 3 * SOME);
                assertThat(planned("custom_plans")).isZero();
                assertThat(planned("generic_plans")).isGreaterThan(3 * MANY);
            }
        }
    }

    /** Keeps what is there from being cleaned away when it is of no more use. */
    private static void read(Connection backup) throws SQLException {
        backup.setAutoCommit(false);
        backup.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        backup.createStatement().execute("SELECT FROM textonce.deliveries");
    }

    /** How many blocks of tables and indexes are read for some texts. */
    private long blocksOf(CamelContext camel) {
        long before = blocks();
        deliver(camel, SOME);
        return blocks() - before;
    }

    private long blocks() {
        jdbc.execute("SELECT pg_stat_force_next_flush()");
        return sum("SELECT sum(heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit)"
                + " FROM pg_statio_user_tables WHERE schemaname = 'textonce'");
    }

    /** How often this connection's statements ran by a plan of this kind. */
    private long planned(String kind) {
        return sum("SELECT sum(" + kind + ") FROM pg_prepared_statements");
    }

    private long sum(String sql) {
        Long sum = jdbc.queryForObject(sql, Long.class);
        return sum == null ? 0 : sum;
    }

    private void deliver(CamelContext camel, int texts) {
        for (int i = 0; i < texts; i++) {
            String number = Integer.toString(1_000_000 + ++events);
            String sid = "SM" + number;
            var claimed = ClaimedEvent.claim(
                            tables, camel, "event-" + number, "", "+1555" + number, "Your order has shipped.")
                    .orElseThrow();
            outcomes.record(new OutcomeRepository.Outcome(
                    claimed.id(), claimed.attempt(), DeliveryStatus.QUEUED, sid, null, null, Duration.ofHours(1)));
            reports.record(new StatusRepository.Report(
                    "callback", claimed.id(), sid, "delivered", null, null, Duration.ofHours(1)));
        }
    }
}
