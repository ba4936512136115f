package io.textonce.delivery;

import io.textonce.delivery.CapCounters.Use;
import io.textonce.event.EventRejected;
import io.textonce.settings.TextOnceProperties;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Operator actions on caps: a cap is raised or reset for its period, and what it holds is sent. */
@Component
public final class CapActions {

    private static final String RAISE = """
            UPDATE textonce.caps SET raised_by = raised_by + ?, warned_at = NULL, reached_at = NULL
            WHERE name = ? AND starts_at = ?
            """;

    private static final String RESET = """
            WITH counters AS (
                UPDATE textonce.cap_counters SET used = 0, quota = 0 WHERE name = ? AND starts_at = ?
            )
            UPDATE textonce.caps SET warned_at = NULL, reached_at = NULL WHERE name = ? AND starts_at = ?
            """;

    /** Each is counted when it is sent: those that are over the limit again are held again. */
    private static final String RELEASE = """
            UPDATE textonce.deliveries SET due_at = now(), updated_at = now()
            WHERE stage = 'held' AND due_at > now() AND reason = ?
            """;

    private final JdbcTemplate jdbc;
    private final TransactionOperations transactions;
    private final CapCounters counters;
    private final List<Cap> caps;
    private final Clock clock;

    @Autowired
    CapActions(JdbcTemplate jdbc, TransactionOperations transactions, TextOnceProperties settings, Clock clock) {
        this(jdbc, transactions, Cap.all(settings), clock);
    }

    CapActions(JdbcTemplate jdbc, TransactionOperations transactions, List<Cap> caps, Clock clock) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.counters = new CapCounters(Lookups.jdbc(jdbc.getDataSource()));
        this.caps = caps;
        this.clock = clock;
    }

    /** Returns the caps and their use in the current period. */
    public List<State> states() {
        var now = clock.instant();
        if (caps.isEmpty()) {
            return List.of();
        }
        var uses = counters.read(caps.stream().map(cap -> cap.key(now)).toList());
        return caps.stream()
                .map(cap -> state(cap, uses.getOrDefault(cap.key(now), Use.none(cap, now))))
                .toList();
    }

    /**
     * Raises the limit of the current period; false if there is no such cap.
     *
     * @param seen {@link State#version()} that the operator saw, or null for any
     * @throws EventRejected 409 if the cap was raised or reset since, or if its period has ended
     */
    public boolean raise(String name, long by, @Nullable String seen) {
        return act(name, seen, starts -> jdbc.update(RAISE, by, name, starts));
    }

    /** Counts the current period anew from zero, under the conditions of {@link #raise}. */
    public boolean reset(String name, @Nullable String seen) {
        return act(name, seen, starts -> jdbc.update(RESET, name, starts, name, starts));
    }

    private boolean act(String name, @Nullable String seen, Action action) {
        var cap = caps.stream().filter(each -> each.name().equals(name)).findFirst();
        if (cap.isEmpty()) {
            return false;
        }
        var key = cap.get().key(clock.instant());
        counters.open(cap.get(), key.startsAt());
        counters.create(cap.get(), key.startsAt());
        transactions.executeWithoutResult(status -> {
            counters.lock(List.of(key), null);
            var use = counters.read(List.of(key)).get(key);
            if (seen != null && !state(cap.get(), use).isSince(seen)) {
                throw new EventRejected(
                        409, "not_possible", "Nothing was done: the cap has changed since you opened the page.");
            }
            action.perform(Timestamp.from(key.startsAt()));
            jdbc.update(RELEASE, cap.get().words());
        });
        return true;
    }

    @FunctionalInterface
    private interface Action {

        void perform(Timestamp startsAt);
    }

    private static State state(Cap cap, Use use) {
        var startsAt = use.key().startsAt();
        return new State(cap, use.used(), use.limit(), startsAt, cap.endsAt(startsAt));
    }

    /** Use of a cap in its current period. */
    public record State(Cap cap, long used, long limit, Instant startsAt, Instant endsAt) {

        /** Returns what an operator saw: the period, the limit and the use. */
        public String version() {
            return startsAt.getEpochSecond() + "/" + limit + "/" + used;
        }

        /** Returns whether the cap has only counted since a version; a reset lowers its use. */
        private boolean isSince(String version) {
            String period = startsAt.getEpochSecond() + "/" + limit + "/";
            return version.startsWith(period)
                    && version.substring(period.length()).matches("\\d{1,18}")
                    && used >= Long.parseLong(version.substring(period.length()));
        }

        public double ratio() {
            return (double) used / limit;
        }

        public int percent() {
            return (int) (used * 100 / limit);
        }
    }
}
