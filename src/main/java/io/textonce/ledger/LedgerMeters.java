package io.textonce.ledger;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.textonce.peer.BackgroundReadings;
import io.textonce.settings.TextOnceProperties;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Gauges of the differences of the last week and of the lag of Twilio's list; each instance has the same values. */
@Component
final class LedgerMeters implements MeterBinder {

    private static final String READ = """
            SELECT count(*) FILTER (WHERE kind = 'unexplained' AND NOT is_ours) AS unexplained,
                count(*) FILTER (WHERE kind = 'missing' AND is_ours) AS missing,
                (SELECT extract(epoch FROM max(longest)) FROM textonce.list_lags
                 WHERE day > now() - interval '90 days') AS lag
            FROM (
                SELECT kind, EXISTS (SELECT FROM textonce.deliveries AS d WHERE d.message_sid = f.message_sid) AS is_ours
                FROM textonce.ledger_differences AS f WHERE found_at > now() - interval '7 days') AS t
            """;

    private final BackgroundReadings.Reading<Reading> reading;
    private final Duration assumed;

    LedgerMeters(JdbcTemplate jdbc, TextOnceProperties settings, BackgroundReadings readings) {
        this.assumed = settings.unknown().listLag();
        this.reading = readings.of(() -> jdbc.queryForObject(
                READ,
                (row, n) -> new Reading(
                        row.getLong("unexplained"),
                        row.getLong("missing"),
                        row.getObject("lag") == null ? Double.NaN : row.getDouble("lag"))));
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        Gauge.builder("textonce.unexplained.messages", () -> value(Reading::unexplained))
                .description("Messages of our senders at Twilio that no delivery explains, found in the last 7 days")
                .register(meters);
        Gauge.builder("textonce.missing.messages", () -> value(Reading::missing))
                .description("Messages of deliveries that Twilio does not have, found in the last 7 days")
                .register(meters);
        TimeGauge.builder("textonce.twilio.list.lag", () -> value(Reading::lag), TimeUnit.SECONDS)
                .description("Longest measured lag of Twilio's message list in 90 days")
                .register(meters);
        TimeGauge.builder("textonce.twilio.list.lag.assumed", () -> assumed.toMillis() / 1000.0, TimeUnit.SECONDS)
                .description("Longest lag of Twilio's message list that the reconciliation windows cover")
                .register(meters);
    }

    private double value(ToDoubleFunction<Reading> of) {
        var now = reading.get();
        return now == null ? Double.NaN : of.applyAsDouble(now);
    }

    private record Reading(double unexplained, double missing, double lag) {}
}
