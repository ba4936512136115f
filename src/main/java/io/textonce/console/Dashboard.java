package io.textonce.console;

import io.textonce.delivery.DeliveryId;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.intake.Intakes;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.TwilioCodes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.support.DataAccessUtils;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Cached dashboard: messages of the last 24 hours by status, what is on hold or unconfirmed, top errors and event sources.
 * It is read from the table at most once in a few seconds, however many viewers there are, and never for longer than a few.
 */
@Component
public final class Dashboard {

    private static final int HOURS = 24;
    private static final int MOST_CODES = 5;
    private static final Duration FRESH = Duration.ofSeconds(5);

    private static final String BY_HOUR = """
            SELECT date_trunc('hour', created_at, 'UTC') AS hour,
                count(*) FILTER (WHERE status IN %s) AS delivered,
                count(*) FILTER (WHERE status IN %s) AS under_way,
                count(*) FILTER (WHERE status IN %s) AS waiting,
                count(*) FILTER (WHERE status IN %s) AS failed,
                count(*) FILTER (WHERE status IN %s) AS canceled
            FROM textonce.deliveries WHERE id >= ? GROUP BY hour ORDER BY hour
            """.formatted(
                    Arrays.stream(StatusGroup.values()).map(StatusGroup::sql).toArray());

    /** Messages that wait for an operator, and not only for their time. */
    private static final String REVIEW = """
            SELECT count(*) FROM textonce.deliveries WHERE stage = 'held' AND due_at IS NULL
            """;

    private static final String CODES = """
            SELECT error_code, count(*) AS many FROM textonce.deliveries
            WHERE error_code IS NOT NULL AND id >= ?
            GROUP BY error_code ORDER BY many DESC, error_code LIMIT ?
            """;

    private static final String LAST_BY_SOURCE = """
            SELECT created_at FROM textonce.deliveries WHERE source = ? AND id >= ? ORDER BY id DESC LIMIT 1
            """;

    private static final String SUSPENDED = """
            SELECT name, suspended_at, coalesce(last_error, 'an operator suspended it') AS why FROM textonce.outbox_cursors
            WHERE name = ANY (?) AND suspended_at IS NOT NULL ORDER BY name
            """;

    private final JdbcTemplate jdbc;
    private final OpenDeliveries open;
    private final Intakes intakes;
    private final TwilioCodes codes;
    private final TextOnceProperties settings;
    private final Clock clock;
    private @Nullable Picture picture;

    Dashboard(
            ConsoleDatabase database,
            OpenDeliveries open,
            Intakes intakes,
            TwilioCodes codes,
            TextOnceProperties settings,
            Clock clock) {
        this.jdbc = database.jdbc();
        this.open = open;
        this.intakes = intakes;
        this.codes = codes;
        this.settings = settings;
        this.clock = clock;
    }

    /** @throws org.springframework.dao.DataAccessException when the database doesn't answer in time */
    synchronized Picture now() {
        var now = clock.instant();
        if (picture == null || picture.at().plus(FRESH).isBefore(now)) {
            picture = look(now);
        }
        return picture;
    }

    private Picture look(Instant now) {
        var first = Times.hoursBefore(now, HOURS);
        var since = DeliveryId.first(first);
        return new Picture(
                now,
                new Chart(hours(first, since)),
                open.of(DeliveryStatus.HELD),
                open.of(DeliveryStatus.UNKNOWN),
                jdbc.queryForObject(REVIEW, Long.class),
                jdbc.query(
                        CODES,
                        (row, n) -> new Code(
                                row.getInt("error_code"),
                                codes.of(row.getInt("error_code")).words(),
                                row.getLong("many")),
                        since,
                        MOST_CODES),
                intakes.all().stream().map(intake -> intake(intake, since)).toList(),
                DataAccessUtils.singleResult(jdbc.queryForList(
                        "SELECT reason FROM textonce.circuit_breakers WHERE account_sid = ?",
                        String.class,
                        settings.twilio().accountSid())),
                jdbc.query(
                        SUSPENDED,
                        (row, n) -> new Suspended(
                                row.getString("name"),
                                row.getTimestamp("suspended_at").toInstant(),
                                row.getString("why")),
                        (Object) settings.subscribers().toArray(String[]::new)));
    }

    /** Returns every hour of the day, those without a message too. */
    private List<Hour> hours(Instant first, UUID since) {
        var counted = jdbc.query(BY_HOUR, Dashboard::hour, since);
        var hours = new ArrayList<Hour>();
        for (int i = 0; i < HOURS; i++) {
            var start = first.plus(i, ChronoUnit.HOURS);
            hours.add(counted.stream()
                    .filter(hour -> hour.start().equals(start))
                    .findFirst()
                    .orElse(new Hour(start, 0, 0, 0, 0, 0)));
        }
        return hours;
    }

    private static Hour hour(ResultSet row, int number) throws SQLException {
        return new Hour(
                row.getTimestamp("hour").toInstant(),
                row.getLong("delivered"),
                row.getLong("under_way"),
                row.getLong("waiting"),
                row.getLong("failed"),
                row.getLong("canceled"));
    }

    private Intake intake(Intakes.Intake intake, UUID since) {
        var last = jdbc.queryForList(LAST_BY_SOURCE, java.sql.Timestamp.class, intake.name(), since);
        return new Intake(
                intake.name(),
                !intake.stopped(),
                last.isEmpty() ? null : last.get(0).toInstant());
    }

    /**
     * Content of the dashboard.
     *
     * @param review number of those on hold that wait for an operator
     * @param refused why Twilio rejects the account, or null
     * @param suspended subscribers whose publishing is suspended
     */
    public record Picture(
            Instant at,
            Chart chart,
            OpenDeliveries.Open held,
            OpenDeliveries.Open unknown,
            long review,
            List<Code> codes,
            List<Intake> intakes,
            @Nullable String refused,
            List<Suspended> suspended) {}

    /** Suspended subscriber, with time and reason. */
    public record Suspended(String name, Instant since, String why) {}

    /** Error code of Twilio with its meaning and count. */
    public record Code(int code, String words, long many) {}

    /** @param last when it took its last event of the day, or null */
    public record Intake(
            String name, boolean started, @Nullable Instant last) {

        public String title() {
            return switch (name) {
                case "http" -> "HTTP";
                case "jms" -> "Queue";
                case "file" -> "Files";
                default -> name;
            };
        }
    }

    /** Messages whose events were received in one hour, by current status. */
    public record Hour(Instant start, long delivered, long underWay, long waiting, long failed, long canceled) {

        public long total() {
            return delivered + underWay + waiting + failed + canceled;
        }
    }
}
