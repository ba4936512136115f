package io.textonce.ledger;

import io.textonce.delivery.DeliveryId;
import io.textonce.delivery.Timeline;
import io.textonce.ledger.Comparison.Difference;
import io.textonce.ledger.Comparison.Kind;
import io.textonce.message.Sender;
import io.textonce.message.Senders;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.TwilioFailure;
import io.textonce.twilio.TwilioMessages;
import io.textonce.twilio.TwilioMessages.Seen;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Comparison of the messages that Twilio sent on a day in UTC with the deliveries, by SID. Twilio's list has each message
 * on the day on which it was sent, which may be the one before its last status: a message of ours that the list of the day
 * lacks is fetched before it counts as missing. The memory that it needs does not depend on the number of messages.
 */
@Component
final class LedgerComparison {

    /** Period in which a sender of ours sends something. */
    private static final Duration RECENT = Duration.ofDays(8);

    /** Longest time between an attempt, from which on its delivery is kept, and its message: Twilio's own schedule. */
    private static final Duration SCHEDULE = Duration.ofDays(35);

    private static final int BATCH = 1000;

    private static final String SENDERS = "SELECT DISTINCT sender FROM textonce.deliveries WHERE id >= ? AND id < ?";

    /**
     * Entry of the timeline with which a message was sent on the day: it reached one of these statuses on the day on which
     * it was sent, or on a later one.
     */
    private static final String ENTRY = """
            e.id >= :first AND e.id < :end AND e.happened_at >= :from AND e.happened_at < :until
              AND e.new_status IN ('sent', 'delivered', 'undelivered', 'failed', 'read')
            """;

    private static final String EXPLAINED = """
            SELECT d.message_sid, EXISTS (
                SELECT FROM textonce.delivery_events AS e WHERE e.delivery_id = d.id AND %s) AS is_of_day
            FROM textonce.deliveries AS d WHERE d.message_sid = ANY (:sids)
            """.formatted(ENTRY);

    /** Messages of ours that were sent on the day, each once: by the first of its entries. */
    private static final String SENT = """
            SELECT e.id, d.message_sid, d.sender, d.attempted_at
            FROM textonce.delivery_events AS e JOIN textonce.deliveries AS d ON d.id = e.delivery_id
            WHERE d.message_sid IS NOT NULL AND e.id >= :next AND %s
              AND NOT EXISTS (
                  SELECT FROM textonce.delivery_events AS earlier
                  WHERE earlier.delivery_id = e.delivery_id AND earlier.id < e.id AND %s)
            ORDER BY e.id LIMIT :batch
            """.formatted(ENTRY, ENTRY.replace("e.", "earlier."));

    private static final String BOUNDS = """
            SELECT CAST(now() AT TIME ZONE 'UTC' AS date) AS today,
                (SELECT CAST(created_at AT TIME ZONE 'UTC' AS date) FROM textonce.deliveries ORDER BY id LIMIT 1) AS first
            """;

    private final MessageLog log;
    private final Function<String, @Nullable Seen> fetch;
    private final JdbcTemplate jdbc;
    private final NamedParameterJdbcTemplate named;
    private final Senders senders;
    private final Duration retention;

    @Autowired
    LedgerComparison(TwilioMessages messages, JdbcTemplate jdbc, Senders senders, TextOnceProperties settings) {
        this(messages::sentOn, messages::fetch, jdbc, senders, settings);
    }

    /** @param fetch message of a SID, null if Twilio has none */
    LedgerComparison(
            MessageLog log,
            Function<String, @Nullable Seen> fetch,
            JdbcTemplate jdbc,
            Senders senders,
            TextOnceProperties settings) {
        this.log = log;
        this.fetch = fetch;
        this.jdbc = jdbc;
        this.named = new NamedParameterJdbcTemplate(jdbc);
        this.senders = senders;
        this.retention = settings.retention().deliveries();
    }

    /**
     * Compares a day.
     *
     * @param progress is run after each page of the list, and before each fetch
     * @throws TwilioFailure if Twilio's list can't be read to its end
     */
    Comparison of(LocalDate day, Runnable progress) {
        var from = day.atStartOfDay(ZoneOffset.UTC).toInstant();
        var until = from.plus(Duration.ofDays(1));
        var addresses = senders(from, until);
        var period = period(from, until);
        var buckets = new SidBuckets();
        var listed = new AtomicLong();
        var differences = new ArrayList<Difference>();
        for (String number : numbers(addresses)) {
            log.sentOn(day, number, page -> {
                var ours = page.stream()
                        .filter(seen ->
                                addresses.contains(seen.from()) || addresses.contains(seen.messagingServiceSid()))
                        .toList();
                listed.addAndGet(ours.size());
                add(differences, unexplained(ours, addresses, period, buckets));
                progress.run();
            });
        }
        sent(period, progress, message -> buckets.add(message.sid()));
        if (!buckets.areEqual()) {
            sent(period, progress, message -> {
                if (buckets.mayDifferIn(message.sid())) {
                    progress.run();
                    if (fetch.apply(message.sid()) == null) {
                        add(differences, List.of(message));
                    }
                }
            });
        }
        return new Comparison(day, listed.get(), differences);
    }

    private Map<String, Object> period(Instant from, Instant until) {
        return Map.of(
                "first",
                Timeline.firstSince(from, jdbc),
                "end",
                Timeline.firstSince(until.plus(Duration.ofMinutes(2)), jdbc),
                "from",
                Timestamp.from(from),
                "until",
                Timestamp.from(until));
    }

    /** Returns how many days before today no delivery is purged whose message was sent then. */
    long comparableDays() {
        return Math.max(0, retention.minus(SCHEDULE).toDays() - 1);
    }

    /** Returns why a day can't be compared, or null. */
    @Nullable
    String obstacle(LocalDate day) {
        return jdbc.queryForObject(BOUNDS, (row, n) -> {
            var today = row.getObject("today", LocalDate.class);
            var first = row.getObject("first", LocalDate.class);
            if (day.isAfter(today)) {
                return "it has not begun";
            }
            if (first == null || day.isBefore(first)) {
                return "there is no delivery of that time";
            }
            return day.isBefore(today.minusDays(comparableDays())) ? "some of its deliveries may be purged" : null;
        });
    }

    /** Returns the senders of the deliveries of these days and those that are set, as Twilio's list has them. */
    private Set<String> senders(Instant from, Instant until) {
        var addresses = new HashSet<>(jdbc.queryForList(
                SENDERS, String.class, DeliveryId.first(from.minus(RECENT)), DeliveryId.first(until)));
        addresses.addAll(senders.all().keySet());
        return addresses.stream()
                .map(address -> Objects.requireNonNullElse(new Sender(address).service(), address))
                .collect(Collectors.toSet());
    }

    /** Returns the filters of the list: each number; or none, since the numbers of a Messaging Service are not known. */
    private static Iterable<@Nullable String> numbers(Set<String> senders) {
        return senders.stream().anyMatch(one -> one.startsWith("MG")) ? Collections.singletonList(null) : senders;
    }

    /** Adds the messages that were sent on the day to the buckets, and returns those that no delivery has. */
    private List<Difference> unexplained(
            List<Seen> ours, Set<String> addresses, Map<String, Object> period, SidBuckets buckets) {
        var explained = new HashSet<String>();
        var sids = ours.stream().map(Seen::sid).toArray(String[]::new);
        named.query(EXPLAINED, new MapSqlParameterSource(period).addValue("sids", sids), row -> {
            explained.add(row.getString("message_sid"));
            if (row.getBoolean("is_of_day")) {
                buckets.add(row.getString("message_sid"));
            }
        });
        return ours.stream()
                .filter(seen -> !explained.contains(seen.sid()))
                .map(seen -> new Difference(
                        seen.sid(),
                        Kind.UNEXPLAINED,
                        addresses.contains(seen.messagingServiceSid())
                                ? seen.messagingServiceSid()
                                : String.valueOf(seen.from()),
                        seen.createdAt()))
                .toList();
    }

    /** Reads our messages of the day, each as it is if Twilio does not have it. */
    private void sent(Map<String, Object> period, Runnable progress, Consumer<Difference> each) {
        var parameters = new MapSqlParameterSource(period).addValue("batch", BATCH);
        long next = 0;
        List<Sent> batch;
        do {
            batch = named.query(
                    SENT,
                    parameters.addValue("next", next),
                    (row, n) -> new Sent(
                            row.getLong("id"),
                            new Difference(
                                    row.getString("message_sid"),
                                    Kind.MISSING,
                                    row.getString("sender"),
                                    row.getTimestamp("attempted_at").toInstant())));
            progress.run();
            for (var sent : batch) {
                next = sent.entry + 1;
                each.accept(sent.message);
            }
        } while (batch.size() == BATCH);
    }

    private static void add(List<Difference> differences, List<Difference> more) {
        for (var difference : more) {
            if (differences.stream()
                            .filter(one -> one.kind() == difference.kind())
                            .count()
                    < Comparison.MOST) {
                differences.add(difference);
            }
        }
    }

    /**
     * Message of ours that was sent.
     *
     * @param entry of the timeline that has its status
     * @param message as it is if Twilio does not have it
     */
    private record Sent(long entry, Difference message) {}

    /** Twilio's list of the messages that a number sent on a day, page by page; without a number of the whole account. */
    interface MessageLog {

        void sentOn(LocalDate day, @Nullable String number, Consumer<List<Seen>> pages);
    }
}
