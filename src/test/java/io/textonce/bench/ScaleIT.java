package io.textonce.bench;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.textonce.delivery.DeliveryTables;
import io.textonce.delivery.DueRows;
import io.textonce.sandbox.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Measures the polls of the background worker while a transaction stays open. */
@Tag("bench")
class ScaleIT {

    private static final Path FOLDER = Path.of("target", "bench");
    private static final Set<String> PARTS =
            Set.of(System.getProperty("bench.only", "").split(","));
    private static final Report REPORT = new Report(FOLDER.resolve("scale.md"));

    private Peers peers;
    private SingleConnectionDataSource dataSource;
    private JdbcTemplate jdbc;

    @BeforeEach
    void startPeers() throws IOException {
        assumeTrue(PARTS.contains("snapshot"));
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
        peers = new Peers(Files.createTempDirectory(Files.createDirectories(FOLDER), "peers-"), 0, 0);
        peers.postgres().durable();
        peers.start();
        dataSource = new SingleConnectionDataSource(peers.postgres().url(), "postgres", "postgres", true);
        jdbc = new JdbcTemplate(dataSource);
        DeliveryTables.migrate(dataSource, Duration.ofSeconds(60));
    }

    @AfterEach
    void stopPeers() {
        if (peers != null) {
            dataSource.destroy();
            peers.close();
        }
    }

    /** What makes a poll slow is the number of rows that were leased since the transaction began, not its age. */
    @Test
    void pollsDuringALongTransaction() throws SQLException {
        int rows = Integer.getInteger("bench.rows", 300_000);
        var tables = DeliveryTables.of(dataSource, Duration.ofSeconds(60), null);
        try (var snapshot = DriverManager.getConnection(peers.postgres().url(), "postgres", "postgres")) {
            snapshot.setAutoCommit(false);
            snapshot.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            snapshot.createStatement().execute("SELECT count(*) FROM textonce.deliveries");
            DueRows.insert(jdbc, "reserved", "gone-", Duration.ofMinutes(5), null, rows);
            jdbc.update("UPDATE textonce.deliveries SET status = 'rejected', due_at = NULL");
            jdbc.execute("ANALYZE textonce.deliveries");
            double full = millis(() -> tables.leases().unknown(16));
            double next = IntStream.range(0, 100)
                    .mapToDouble(n -> millis(() -> tables.leases().unknown(16)))
                    .sorted()
                    .skip(50)
                    .findFirst()
                    .orElseThrow();
            REPORT.heading("A transaction that stays open");
            REPORT.line("%,d dead entries: a poll from the beginning %.1f ms, any other %.2f ms", rows, full, next);
            snapshot.rollback();
        }
    }

    private static double millis(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e6;
    }
}
