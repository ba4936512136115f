package io.textonce.proof;

import static org.awaitility.Awaitility.await;

import io.textonce.delivery.Histories;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.TwilioMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Counts texts an event in Twilio's ledger, and checks the histories against the model, after everything has settled. */
final class Oracle {

    private final Peers peers;
    private final String database;

    Oracle(Peers peers) {
        this(peers, peers.postgres().url());
    }

    /** @param database that TextOnce uses, by its URL */
    Oracle(Peers peers, String database) {
        this.peers = peers;
        this.database = database;
    }

    /** Waits until nothing is under way any more, then counts the texts of each event. */
    Verdict judge(String scenario, List<Integer> events, String faults, Duration most) {
        var settled = settle(events.size(), most);
        var texts = events.stream().collect(Collectors.toMap(Load::text, Function.identity()));
        return count(scenario, texts.keySet(), TwilioMessage::body, faults, settled, text -> story(texts.get(text)));
    }

    /** Waits until nothing is under way any more, then counts the texts of each number: these get one, and no other does. */
    Verdict judgeNumbers(String scenario, Set<String> numbers, String faults, Duration most) {
        var settled = settle(numbers.size(), most);
        return count(scenario, numbers, TwilioMessage::to, faults, settled, Function.identity());
    }

    private Duration settle(int deliveries, Duration most) {
        var from = Instant.now();
        await().atMost(most)
                .pollInterval(Duration.ofMillis(250))
                .ignoreExceptions()
                .until(() -> open() == 0 && rows(deliveries) && inboxIsEmpty());
        return Duration.between(from, Instant.now());
    }

    private Verdict count(
            String scenario,
            Set<String> wanted,
            Function<TwilioMessage, String> key,
            String faults,
            Duration settled,
            Function<String, String> story) {
        Map<String, Long> sent =
                peers.twilio().messages().stream().collect(Collectors.groupingBy(key, Collectors.counting()));
        var lost = wanted.stream().filter(one -> !sent.containsKey(one)).toList();
        var doubled = sent.entrySet().stream()
                .filter(one -> one.getValue() > 1 || !wanted.contains(one.getKey()))
                .map(Map.Entry::getKey)
                .toList();
        var wrong = Stream.concat(lost.stream(), doubled.stream())
                .limit(3)
                .map(one -> wanted.contains(one) ? story.apply(one) : "not wanted: " + one)
                .collect(Collectors.joining("\n"));
        return new Verdict(scenario, wanted.size(), faults, lost.size(), doubled.size(), forbidden(), settled, wrong);
    }

    /** Histories that the model forbids, each with the reason. */
    List<String> forbidden() {
        var forbidden = new ArrayList<String>();
        var dataSource = new DriverManagerDataSource(database, "postgres", "postgres");
        new Histories(new JdbcTemplate(dataSource)).check((delivery, why) -> forbidden.add(delivery + ": " + why));
        return forbidden;
    }

    /** All that is known of an event, for whoever has to find out why. */
    private String story(int event) {
        var story = new StringBuilder("event " + event + "\n");
        peers.twilio().posts().stream()
                .filter(post -> Load.text(event).equals(post.parameter("Body")))
                .forEach(post -> story.append("  POST ")
                        .append(post.at())
                        .append(' ')
                        .append(post.outcome())
                        .append(' ')
                        .append(post.sid())
                        .append('\n'));
        try (var connection = DriverManager.getConnection(database, "postgres", "postgres");
                var statement = connection.prepareStatement(
                        "SELECT happened_at, kind, e.status, e.message_sid, detail FROM textonce.delivery_events e"
                                + " JOIN textonce.deliveries d ON d.id = e.delivery_id WHERE event_id = ? ORDER BY e.id")) {
            statement.setString(1, "proof-event-" + event);
            var rows = statement.executeQuery();
            while (rows.next()) {
                story.append("  ");
                for (int column = 1; column <= 5; column++) {
                    story.append(rows.getString(column)).append(' ');
                }
                story.append('\n');
            }
        } catch (SQLException e) {
            story.append(e.getMessage());
        }
        return story.toString();
    }

    /**
     * Deliveries whose changes the subscriber did not receive, or not in their order. It may have received more: of what a database that was set back does not know.
     */
    List<String> unpublished() throws SQLException {
        try (var connection = DriverManager.getConnection(database, "postgres", "postgres");
                var statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "SELECT delivery_id, string_agg(new_status, ',' ORDER BY id) FROM textonce.delivery_events"
                                + " WHERE new_status IS NOT NULL GROUP BY delivery_id")) {
            var unpublished = new ArrayList<String>();
            var published = peers.statuses().statusesByDelivery();
            while (rows.next()) {
                var changes = List.of(rows.getString(2).split(","));
                var received = published.getOrDefault(rows.getString(1), List.of());
                if (!isWithin(changes, received)) {
                    unpublished.add(rows.getString(1) + ": " + changes + ", received " + received);
                }
            }
            return unpublished;
        }
    }

    private static boolean isWithin(List<String> changes, List<String> heard) {
        var rest = heard.iterator();
        return changes.stream().allMatch(change -> {
            while (rest.hasNext()) {
                if (rest.next().equals(change)) {
                    return true;
                }
            }
            return false;
        });
    }

    /** Whether every delivery that was claimed has its outcome. */
    boolean isSettled() throws SQLException {
        return open() == 0;
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
        try (var connection = DriverManager.getConnection(database, "postgres", "postgres");
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** What came of one scenario. */
    record Verdict(
            String scenario,
            int events,
            String faults,
            long lost,
            long doubled,
            List<String> forbidden,
            Duration settled,
            String wrong) {

        String row() {
            return String.format(
                    "| %s | %d | %s | %d | %d | %.1f s |",
                    scenario, events, faults, lost, doubled, settled.toMillis() / 1000.0);
        }
    }
}
