package io.textonce.sandbox;

import io.textonce.delivery.DeliveryId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Example day: events with every outcome, so that each page of the sandbox has something to show. They are real events,
 * sent now; those that have ended are then moved to hours of the day that has passed.
 */
public final class ExampleDay {

    private static final int ORDERS = 90;
    private static final int FROM_FILE = 8;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(20);

    /** Orders whose message is on hold, unconfirmed or still at the carrier. */
    private static final Set<Integer> ENDLESS = Set.of(37, 41, 43, 67);

    /** How many of the day's events came so many hours ago, in relation to each other. */
    private static final int[] SHARES = {5, 6, 7, 6, 5, 6, 7, 8, 7, 5, 3, 2, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 4};

    private static final String ENDED = """
            SELECT id FROM textonce.deliveries
            WHERE event_id = ? AND (due_at IS NULL AND status NOT IN ('held', 'unknown'))
            """;
    private static final String MOVE_ENTRIES = """
            UPDATE textonce.delivery_events
            SET delivery_id = ?, happened_at = happened_at - by, called_at = called_at - by
            FROM CAST(? AS interval) AS by WHERE delivery_id = ?
            """;

    /** The subscribers were there before the day. */
    private static final String MOVE_SUBSCRIBERS =
            "UPDATE textonce.outbox_cursors SET begun_at = begun_at - interval '2 days'";

    private static final String MOVE = """
            UPDATE textonce.deliveries
            SET id = ?, created_at = created_at - CAST(? AS interval), updated_at = updated_at - CAST(? AS interval)
            WHERE id = ?
            """;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Random random = new Random(1);
    private final int first = (int) (Instant.now().getEpochSecond() % 1_000_000);
    private final URI app;
    private final Map<String, String> database;
    private final TwilioSimulator twilio;
    private final Path inbox;
    private final Consumer<LocalDate> comparison;

    /**
     * @param app address of TextOnce, in the sandbox
     * @param comparison of a day's messages at Twilio with those of TextOnce
     */
    public ExampleDay(URI app, Peers peers, Consumer<LocalDate> comparison) {
        this.app = app;
        this.database = peers.environment();
        this.twilio = peers.twilio();
        this.inbox = peers.inbox();
        this.comparison = comparison;
    }

    /** Fills the day; returns when it is there. */
    public void fill() {
        List<String> orders = new ArrayList<>();
        for (int i = 0; i < ORDERS; i++) {
            String number = number(i);
            outcome(i, number);
            orders.add(id(i));
            post(i % 7 == 6 ? "order-delayed" : "order-shipped", order(i, number, ""));
        }
        drop();
        post(
                "order-shipped",
                order(ORDERS, number(3), ",\"sendAt\":\"" + Instant.now().plusSeconds(10_800) + "\""));
        for (int i = 0; i < 3; i++) {
            post("order-shipped", order(ORDERS + 1 + i, number(i), "").replace("https://", "http://"));
        }
        post("order-shipped", order(ORDERS + 4, number(5), "").replace("consentAt", "consent"));
        twilio.receives(number(4), Peers.FROM_NUMBER, "STOP");
        twilio.receives(number(7), Peers.FROM_NUMBER, "Thank you!");
        move(orders);
        compare();
    }

    /** Lets someone else send a message, and one of ours be deleted at Twilio, and compares Twilio's log with ours. */
    private void compare() {
        twilio.sendsElsewhere(Peers.FROM_NUMBER, number(9), "Your table is ready.");
        twilio.sentTo(number(8)).stream()
                .filter(message -> message.status().equals("delivered"))
                .findFirst()
                .ifPresent(message -> twilio.deletes(message.sid()));
        comparison.accept(LocalDate.ofInstant(Instant.now(), ZoneOffset.UTC));
    }

    /** Twilio's answer to some of the orders, or what became of their messages. */
    private void outcome(int i, String number) {
        switch (i) {
            case 11, 47 -> twilio.forNumber(number, 1, Fault.refuses(21211));
            case 17 -> twilio.forNumber(number, 1, Fault.refuses(21610));
            case 23 -> twilio.forNumber(number, 1, Fault.refuses(21408));
            case 29, 53, 71 -> twilio.forNumber(number, 1, Fault.undelivers(30005));
            case 31 -> twilio.forNumber(number, 1, Fault.undelivers(30003));
            case 37 -> twilio.forNumber(number, 1, Fault.refuses(21611));
            case 41 -> twilio.forNumber(number, 1, Fault.resets());
            case 43, 67 -> twilio.forNumber(number, 1, Fault.stopsAt("sent"));
            default -> {
                // It is delivered.
            }
        }
    }

    private String id(int i) {
        return "order-" + (first + i) + "-shipped";
    }

    private static String number(int i) {
        return "+1415555%04d".formatted(2600 + i % 60);
    }

    private String order(int i, String number, String more) {
        return "{\"eventId\":\"" + id(i) + "\",\"phone\":\"" + number + "\",\"orderId\":\"" + (first + i)
                + "\",\"trackingUrl\":\"https://example.com/track/" + (first + i)
                + "\",\"consentAt\":\"2026-06-02T09:00:00Z\",\"consentSource\":\"checkout\"" + more + "}";
    }

    private void post(String event, String json) {
        try {
            http.send(
                    HttpRequest.newBuilder(app.resolve("/api/" + event + "-sms"))
                            .header("Content-Type", "application/json")
                            .timeout(Duration.ofSeconds(60))
                            .POST(BodyPublishers.ofString(
                                    event.equals("order-shipped")
                                            ? json
                                            : json.replaceFirst("\"trackingUrl\":\"[^\"]*\",", "")))
                            .build(),
                    BodyHandlers.discarding());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Drops a file with some more orders, one of them without a number. */
    private void drop() {
        var lines = new StringBuilder();
        for (int i = 0; i < FROM_FILE; i++) {
            lines.append(order(ORDERS + 10 + i, i == 5 ? "" : number(20 + i), ""))
                    .append('\n');
        }
        try {
            Path folder = Files.createDirectories(inbox.resolve("order-shipped"));
            Path part = Files.writeString(folder.resolve(".day-" + first + ".tmp"), lines);
            Files.move(part, folder.resolve("day-" + first + ".jsonl"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void move(List<String> orders) {
        var deadline = Instant.now().plus(LONGEST_WAIT);
        var hours = new ArrayList<Integer>();
        for (int hour = 0; hour < SHARES.length; hour++) {
            for (int i = 0; i < SHARES[hour]; i++) {
                hours.add(hour);
            }
        }
        try (var connection = DriverManager.getConnection(
                database.get("SPRING_DATASOURCE_URL"),
                database.get("SPRING_DATASOURCE_USERNAME"),
                database.get("SPRING_DATASOURCE_PASSWORD"))) {
            try (var subscribers = connection.createStatement()) {
                subscribers.executeUpdate(MOVE_SUBSCRIBERS);
            }
            connection.setAutoCommit(false);
            for (int i = 0; i < orders.size(); i++) {
                // Without an end it stays where it is: now.
                var id = ended(connection, orders.get(i), ENDLESS.contains(i) ? Instant.MIN : deadline);
                if (id != null) {
                    int minutes = hours.get(random.nextInt(hours.size())) * 60 + random.nextInt(60);
                    move(connection, id, Duration.ofMinutes(minutes));
                    connection.commit();
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable UUID ended(Connection connection, String order, Instant deadline) throws SQLException {
        try (var query = connection.prepareStatement(ENDED)) {
            query.setString(1, order);
            do {
                try (var rows = query.executeQuery()) {
                    if (rows.next()) {
                        return rows.getObject(1, UUID.class);
                    }
                }
                connection.commit();
                pause();
            } while (Instant.now().isBefore(deadline));
            return null;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void move(Connection connection, UUID id, Duration by) throws SQLException {
        var moved = DeliveryId.next(Instant.now().minus(by).toEpochMilli());
        try (var entries = connection.prepareStatement(MOVE_ENTRIES);
                var delivery = connection.prepareStatement(MOVE)) {
            entries.setObject(1, moved);
            entries.setString(2, by.toString());
            entries.setObject(3, id);
            entries.executeUpdate();
            delivery.setObject(1, moved);
            delivery.setString(2, by.toString());
            delivery.setString(3, by.toString());
            delivery.setObject(4, id);
            delivery.executeUpdate();
        }
    }
}
