package io.textonce.delivery;

import io.textonce.delivery.CapCounters.Use;
import io.textonce.settings.TextOnceProperties;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
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
        this.counters = new CapCounters(jdbc);
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
                .map(cap -> {
                    var use = uses.getOrDefault(cap.key(now), Use.none(cap, now));
                    return new State(cap, use.used(), use.limit(), cap.startsAt(now), cap.endsAt(now));
                })
                .toList();
    }

    /** Raises the limit of the current period; false if there is no such cap. */
    public boolean raise(String name, long by) {
        return act(name, (cap, starts) -> jdbc.update(RAISE, by, name, starts));
    }

    /** Counts the current period anew from zero; false if there is no such cap. */
    public boolean reset(String name) {
        return act(name, (cap, starts) -> jdbc.update(RESET, name, starts, name, starts));
    }

    private boolean act(String name, Action action) {
        var cap = caps.stream().filter(each -> each.name().equals(name)).findFirst();
        if (cap.isEmpty()) {
            return false;
        }
        var key = cap.get().key(clock.instant());
        counters.open(cap.get(), key.startsAt());
        transactions.executeWithoutResult(status -> {
            counters.lock(List.of(key));
            action.perform(cap.get(), Timestamp.from(key.startsAt()));
            jdbc.update(RELEASE, cap.get().words());
        });
        return true;
    }

    @FunctionalInterface
    private interface Action {

        void perform(Cap cap, Timestamp startsAt);
    }

    /** Use of a cap in its current period. */
    public record State(Cap cap, long used, long limit, Instant startsAt, Instant endsAt) {

        public double ratio() {
            return (double) used / limit;
        }

        public int percent() {
            return (int) (used * 100 / limit);
        }
    }
}
