package io.textonce.proof;

import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Peers;
import io.textonce.sandbox.TwilioMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Counts texts an event in Twilio's ledger, after everything has settled. */
final class Oracle {

    private final Peers peers;

    Oracle(Peers peers) {
        this.peers = peers;
    }

    /** Waits until nothing is under way any more, then counts. */
    Verdict judge(String scenario, List<Integer> events, String faults, Duration most) {
        var from = Instant.now();
        await().atMost(most)
                .pollInterval(Duration.ofMillis(250))
                .ignoreExceptions()
                .until(() -> {
                    return open() == 0 && rows(events.size()) && inboxIsEmpty();
                });
        Map<String, Long> texts = peers.twilio().messages().stream()
                .collect(Collectors.groupingBy(TwilioMessage::body, Collectors.counting()));
        long lost = events.stream()
                .filter(event -> !texts.containsKey(Load.text(event)))
                .count();
        long doubled = events.stream()
                .filter(event -> texts.getOrDefault(Load.text(event), 0L) > 1)
                .count();
        return new Verdict(scenario, events.size(), faults, lost, doubled, Duration.between(from, Instant.now()));
    }

    /** Deliveries whose outcome is still open. */
    private long open() throws SQLException {
        return count("SELECT count(*) FROM textonce.deliveries WHERE status IN ('reserved', 'unknown', 'held')");
    }

    private boolean rows(int least) throws SQLException {
        return count("SELECT count(*) FROM textonce.deliveries") >= least;
    }

    private boolean inboxIsEmpty() throws IOException {
        try (var files = Files.list(peers.inbox().resolve("order-shipped"))) {
            return files.filter(Files::isRegularFile)
                    .map(Path::getFileName)
                    .findAny()
                    .isEmpty();
        }
    }

    private long count(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(peers.postgres().url(), "postgres", "postgres");
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** What came of one scenario. */
    record Verdict(String scenario, int events, String faults, long lost, long doubled, Duration settled) {

        String row() {
            return String.format(
                    "| %s | %d | %s | %d | %d | %.1f s |",
                    scenario, events, faults, lost, doubled, settled.toMillis() / 1000.0);
        }
    }
}
