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
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Comparison of the messages that Twilio sent on a day in UTC with the deliveries, by SID. Twilio's list has each message
 * on the day on which it was sent, which may be the one before its last status: a message of ours that the list of the day
 * lacks is fetched before it counts as missing.
 */
@Component
final class LedgerComparison {

    /** Period in which a sender of ours sends something. */
    private static final Duration RECENT = Duration.ofDays(8);

    /** Longest time between an attempt, from which on its delivery is kept, and its message: Twilio's own schedule. */
    private static final Duration SCHEDULE = Duration.ofDays(35);

    private static final int BATCH = 1000;

    private static final String SENDERS = "SELECT DISTINCT sender FROM textonce.deliveries WHERE id >= ? AND id < ?";

    private static final String EXPLAINED = "SELECT message_sid FROM textonce.deliveries WHERE message_sid = ANY (?)";

    /** A message reached one of these statuses on the day on which it was sent, or on a later one. */
    private static final String SENT = """
            SELECT e.id, d.message_sid, d.sender, d.attempted_at
            FROM textonce.delivery_events AS e JOIN textonce.deliveries AS d ON d.id = e.delivery_id
            WHERE e.id >= ? AND e.id < ? AND e.happened_at >= ? AND e.happened_at < ?
              AND e.new_status IN ('sent', 'delivered', 'undelivered', 'failed', 'read') AND d.message_sid IS NOT NULL
            ORDER BY e.id LIMIT ?
            """;

    private static final String BOUNDS = """
            SELECT CAST(now() AT TIME ZONE 'UTC' AS date) AS today,
                (SELECT CAST(created_at AT TIME ZONE 'UTC' AS date) FROM textonce.deliveries ORDER BY id LIMIT 1) AS first
            """;

    private final TwilioMessages messages;
    private final JdbcTemplate jdbc;
    private final Senders senders;
    private final Duration retention;

    @Autowired
    LedgerComparison(TwilioMessages messages, JdbcTemplate jdbc, Senders senders, TextOnceProperties settings) {
        this.messages = messages;
        this.jdbc = jdbc;
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
        var listed = new HashSet<String>();
        var differences = new ArrayList<Difference>();
        for (String number : numbers(addresses)) {
            messages.sentOn(day, number, page -> {
                var ours = page.stream()
                        .filter(seen ->
                                addresses.contains(seen.from()) || addresses.contains(seen.messagingServiceSid()))
                        .toList();
                ours.forEach(seen -> listed.add(seen.sid()));
                add(differences, unexplained(ours));
                progress.run();
            });
        }
        int many = listed.size();
        addMissing(differences, listed, from, until, progress);
        return new Comparison(day, many, differences);
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

    private List<Difference> unexplained(List<Seen> ours) {
        var explained = new HashSet<>(jdbc.queryForList(
                EXPLAINED, String.class, (Object) ours.stream().map(Seen::sid).toArray(String[]::new)));
        return ours.stream()
                .filter(seen -> !explained.contains(seen.sid()))
                .map(seen -> new Difference(
                        seen.sid(),
                        Kind.UNEXPLAINED,
                        seen.messagingServiceSid() == null ? String.valueOf(seen.from()) : seen.messagingServiceSid(),
                        seen.createdAt()))
                .toList();
    }

    private void addMissing(
            List<Difference> differences, Set<String> found, Instant from, Instant until, Runnable progress) {
        long first = Timeline.firstSince(from, jdbc);
        long end = Timeline.firstSince(until.plus(Duration.ofMinutes(2)), jdbc);
        List<Sent> batch;
        do {
            batch = jdbc.query(
                    SENT,
                    (row, n) -> new Sent(
                            row.getLong("id"),
                            new Difference(
                                    row.getString("message_sid"),
                                    Kind.MISSING,
                                    row.getString("sender"),
                                    row.getTimestamp("attempted_at").toInstant())),
                    first,
                    end,
                    Timestamp.from(from),
                    Timestamp.from(until),
                    BATCH);
            for (var sent : batch) {
                first = sent.entry + 1;
                if (found.add(sent.message.sid())) {
                    progress.run();
                    if (messages.fetch(sent.message.sid()) == null) {
                        add(differences, List.of(sent.message));
                    }
                }
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
}
