package io.textonce.console;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.delivery.Rows;
import io.textonce.peer.BackgroundReadings;
import io.textonce.peer.BackgroundReadings.Reading;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Number and age of held and unknown deliveries, for the page and as gauges, which are read in the background. Every
 * instance has the same values: use their maximum, not their sum.
 */
@Component
public final class OpenDeliveries implements MeterBinder {

    private static final List<DeliveryStatus> STATUSES = List.of(DeliveryStatus.HELD, DeliveryStatus.UNKNOWN);

    /**
     * Query of a stage. A message that was not tried and is not due yet, such as a reminder of next week, is not late. Of
     * hundreds of thousands of them only an index is read. The stage is no parameter: a generic plan has no partial index.
     */
    private static final String OPEN = """
            SELECT count(*) AS many, min(created_at) AS since,
                (SELECT id FROM textonce.deliveries WHERE stage = '%1$s' ORDER BY created_at LIMIT 1) AS oldest,
                least(
                    (SELECT min(created_at) FROM textonce.deliveries
                     WHERE stage = '%1$s' AND (attempt = 1 AND counted_at IS NULL AND due_at IS NOT NULL) IS NOT TRUE),
                    (SELECT min(created_at)
                     FROM (
                         SELECT created_at FROM textonce.deliveries
                         -- The offset keeps the plan from reading them by their age, until one of them is due.
                         WHERE stage = '%1$s' AND due_at <= now() OFFSET 0) AS due)) AS late_since
            FROM textonce.deliveries WHERE stage = '%1$s'
            """;

    private final JdbcTemplate jdbc;
    private final Clock clock;
    private final Reading<Map<DeliveryStatus, Open>> reading;

    OpenDeliveries(ConsoleDatabase database, Clock clock, BackgroundReadings readings) {
        this.jdbc = database.jdbc();
        this.clock = clock;
        this.reading = readings.of(() -> STATUSES.stream().collect(Collectors.toMap(Function.identity(), this::of)));
    }

    /** @throws DataAccessException when the database doesn't answer */
    Open of(DeliveryStatus status) {
        return jdbc.queryForObject(
                query(status),
                (row, n) -> new Open(
                        row.getLong("many"),
                        Rows.instant(row, "since"),
                        row.getObject("oldest", UUID.class),
                        Rows.instant(row, "late_since")));
    }

    static String query(DeliveryStatus status) {
        return OPEN.formatted(status.stage());
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        for (DeliveryStatus status : STATUSES) {
            Gauge.builder("textonce.deliveries.open", () -> value(status, Open::many))
                    .description("Deliveries that are held or unknown")
                    .tag("status", status.word())
                    .register(meters);
            TimeGauge.builder(
                            "textonce.deliveries.oldest",
                            () -> value(status, open -> open.ageSeconds(clock.instant())),
                            TimeUnit.SECONDS)
                    .description(
                            "Age of the oldest event whose delivery is held or unknown, and does not wait for its time")
                    .tag("status", status.word())
                    .register(meters);
        }
    }

    private double value(DeliveryStatus status, ToDoubleFunction<Open> of) {
        var open = reading.get();
        return open == null ? Double.NaN : of.applyAsDouble(open.get(status));
    }

    /**
     * Number of deliveries in a status.
     *
     * @param since when the oldest event was received, or null if there is none
     * @param lateSince when the oldest was received that does not wait for its time, or null if there is none
     */
    public record Open(
            long many,
            @Nullable Instant since,
            @Nullable UUID oldest,
            @Nullable Instant lateSince) {

        double ageSeconds(Instant now) {
            return lateSince == null
                    ? 0
                    : Math.max(0, Duration.between(lateSince, now).toMillis() / 1000.0);
        }
    }
}
