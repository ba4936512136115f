package io.textonce.delivery;

import io.textonce.delivery.ClaimRepository.Claim;
import io.textonce.delivery.OutcomeRepository.Outcome;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.PreparedStatementCreator;

/**
 * Bounded memory of the claims, outcomes, cancellations and opt-outs that this instance has acknowledged in the last
 * minutes. Their sources do not repeat them, so if the database loses them, only this memory has them.
 */
final class WriteMemory {

    /** Some 50 MB of the longest texts; in a small heap a tenth of it. */
    private static final long MOST = Math.min(20_000, Runtime.getRuntime().maxMemory() / 10 / 2_560);

    /**
     * Age at which nothing is repeated any more, though an idle instance still remembers it: the row may be missing because it
     * was purged, or because the person was erased, which is known for a day.
     */
    private static final long OLDEST = TimeUnit.HOURS.toNanos(12);

    /** A claim that a row does not have, or has of fewer attempts: the row went backwards. */
    private static final String FORGOTTEN = """
            SELECT t.number
            FROM unnest(?, ?, ?) WITH ORDINALITY AS t(event, event_id, attempt, number)
                LEFT JOIN textonce.deliveries AS d ON d.event = t.event AND d.event_id = t.event_id
            WHERE d.id IS NULL OR d.attempt < t.attempt
            """;

    /** An outcome whose SID a delivery does not have. */
    private static final String WITHOUT_OUTCOME = """
            SELECT t.number
            FROM unnest(?) WITH ORDINALITY AS t(id, number) JOIN textonce.deliveries AS d USING (id)
            WHERE d.message_sid IS NULL
            """;

    private final ArrayDeque<Acknowledged<Claimed>> claims = new ArrayDeque<>();
    private final ArrayDeque<Acknowledged<Outcome>> outcomes = new ArrayDeque<>();
    private final ArrayDeque<Acknowledged<Runnable>> others = new ArrayDeque<>();
    private final long nanos;
    private final LongSupplier clock;
    private int server;

    /** @param time for which a write is kept */
    WriteMemory(Duration time) {
        this(time, System::nanoTime);
    }

    /** @param clock in nanoseconds */
    WriteMemory(Duration time, LongSupplier clock) {
        nanos = time.toNanos();
        this.clock = clock;
    }

    /** Returns the number of the server, which another follows when the database's server changes. */
    synchronized int server() {
        return server;
    }

    synchronized void changeServer() {
        server++;
    }

    /**
     * Keeps a claim.
     *
     * @param before server when the claim was made
     * @return whether the server is another one by now, so that it may not have the claim
     */
    synchronized boolean add(Claim claim, int attempt, int before) {
        return add(claims, new Claimed(claim, attempt), before);
    }

    /** Keeps an outcome that has a SID, under the conditions of {@link #add(Claim, int, int)}. */
    synchronized boolean add(Outcome outcome, int before) {
        return add(outcomes, outcome, before);
    }

    /**
     * Keeps the repetition of a cancellation or an opt-out, which does nothing where the database has it.
     *
     * @param before server when it was written
     * @return whether the server is another one by now, so that it may not have it
     */
    synchronized boolean add(Runnable repetition, int before) {
        return add(others, repetition, before);
    }

    private <T> boolean add(ArrayDeque<Acknowledged<T>> kept, T write, int before) {
        long now = clock.getAsLong();
        kept.addLast(new Acknowledged<>(write, now));
        while (kept.size() > MOST || !kept.isEmpty() && now - kept.getFirst().nanos >= nanos) {
            kept.removeFirst();
        }
        return before != server;
    }

    /** Returns what repeats the cancellations and opt-outs, oldest first. */
    List<Runnable> repetitions() {
        return kept(others);
    }

    /** Returns the claims that the database does not have. */
    List<Claim> forgottenBy(JdbcTemplate database) {
        var kept = kept(claims);
        return among(
                        kept,
                        database,
                        new Columns<>(kept)
                                .add("text", each -> each.claim.sms().event())
                                .add("text", each -> each.claim.sms().eventId())
                                .add("int4", Claimed::attempt)
                                .in(FORGOTTEN))
                .stream()
                .map(Claimed::claim)
                .toList();
    }

    /** Returns the outcomes of deliveries that have no SID in the database. */
    List<Outcome> outcomesForgottenBy(JdbcTemplate database) {
        var kept = kept(outcomes);
        return among(
                kept, database, new Columns<>(kept).add("uuid", Outcome::id).in(WITHOUT_OUTCOME));
    }

    private synchronized <T> List<T> kept(ArrayDeque<Acknowledged<T>> writes) {
        long now = clock.getAsLong();
        writes.removeIf(each -> now - each.nanos > OLDEST);
        return writes.stream().map(Acknowledged::write).toList();
    }

    private static <T> List<T> among(List<T> kept, JdbcTemplate database, PreparedStatementCreator query) {
        return kept.isEmpty() ? kept : database.query(query, (row, n) -> kept.get(row.getInt("number") - 1));
    }

    private record Claimed(Claim claim, int attempt) {}

    private record Acknowledged<T>(T write, long nanos) {}
}
