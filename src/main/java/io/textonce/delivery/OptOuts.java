package io.textonce.delivery;

import io.textonce.event.EventRejected;
import io.textonce.message.Sender;
import io.textonce.phone.PhoneHash;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Opt-outs by number and sender, which is the same over all channels. Only the recipient can undo one, by texting START; a
 * newer consent does not, since only the recipient can know that it was meant so.
 */
@Component
public final class OptOuts {

    /** Twilio's code of a message to a recipient who has opted out (https://www.twilio.com/docs/api/errors/21610). */
    static final int CODE = 21610;

    /** Number from which Twilio may have sent an SMS instead of RCS, by a column {@code twilio_options}. */
    static final String FALLBACK = "substring(twilio_options FROM 'fallbackFrom=(\\S+)')";

    private static final String RECORD = """
            INSERT INTO textonce.opt_outs (phone_hash, sender, source)
            SELECT phone_hash, textonce.bare_sender(sender), 'twilio' FROM textonce.deliveries AS d
            WHERE id = ? AND phone_hash <> '' AND NOT EXISTS (
                SELECT FROM textonce.inbound_messages AS t
                WHERE t.phone_hash = d.phone_hash AND t.kind = 'start' AND t.received_at > d.attempted_at
                  AND textonce.bare_sender(d.sender) IN (textonce.bare_sender(t.recipient), t.service))
            ON CONFLICT DO NOTHING
            """;

    /** Record of opt-outs, with the number of new ones: of two transactions that add the same one, it is new to the first. */
    private static final String OPT_OUT = """
            WITH opted_out AS (
                INSERT INTO textonce.opt_outs (phone_hash, sender, source, opted_out_at)
                SELECT CAST(:hash AS bytea), sender, :source, CAST(:at AS timestamptz)
                FROM unnest(CAST(:senders AS text[])) AS senders (sender)
                ON CONFLICT (phone_hash, sender) DO UPDATE
                SET source = CASE WHEN excluded.source = 'person' THEN 'person' ELSE opt_outs.source END,
                    opted_out_at = CASE WHEN excluded.source = 'person'
                        THEN greatest(opt_outs.opted_out_at, excluded.opted_out_at) ELSE opt_outs.opted_out_at END
                RETURNING xmax = 0 AS is_new
            )
            SELECT count(*) FROM opted_out WHERE is_new
            """;

    /**
     * Stop of a number's messages. Held ones are rejected; the background worker cancels at Twilio what may be there. One
     * whose outcome was left to an operator may be, too: it is canceled, since a repeated event would send a rejected one.
     */
    private static final String STOP = """
            WITH stopped AS (
                UPDATE textonce.deliveries
                SET status = CASE WHEN status <> 'held' THEN status WHEN unknown_since IS NULL THEN 'rejected' ELSE 'canceled' END,
                    error_code = CASE WHEN status = 'held' THEN %d ELSE error_code END,
                    reason = :reason,
                    body = CASE WHEN status <> 'held' OR unknown_since IS NULL THEN body END,
                    cancel_requested_at = coalesce(
                        cancel_requested_at, CASE WHEN status <> 'held' OR unknown_since IS NOT NULL THEN now() END),
                    due_at = CASE
                        WHEN status IN ('scheduled', 'accepted', 'queued') THEN now()
                        WHEN status <> 'held' THEN due_at
                    END,
                    updated_at = now()
                WHERE phone_hash = ANY (CAST(:hashes AS bytea[]))
                  AND (textonce.bare_sender(sender) = ANY (CAST(:senders AS text[]))
                    OR %s = ANY (CAST(:senders AS text[]))
                    OR :all AND NOT EXISTS (
                        SELECT FROM textonce.inbound_messages AS t
                        WHERE t.kind = 'start' AND t.phone_hash = ANY (CAST(:hashes AS bytea[]))
                          AND t.received_at > CAST(:at AS timestamptz)
                          AND textonce.bare_sender(sender) IN (textonce.bare_sender(t.recipient), t.service)))
                  AND status IN ('held', 'reserved', 'unknown', 'scheduled', 'accepted', 'queued')
                RETURNING id, status, error_code, reason
            ),
            entries AS (
            """.formatted(CODE, FALLBACK) + Timeline.ENTRY + """
                SELECT id, 'decision', status, CASE WHEN status IN ('rejected', 'canceled') THEN status END, NULL, error_code,
                    reason, NULL, NULL
                FROM stopped
            )
            SELECT count(*) FROM stopped
            """;

    /** Removal of older opt-outs: one of a STOP that is committed meanwhile is newer, although it was not seen before. */
    private static final String START = """
            DELETE FROM textonce.opt_outs
            WHERE phone_hash = ANY (CAST(:hashes AS bytea[])) AND sender = ANY (CAST(:senders AS text[]))
              AND opted_out_at <= CAST(:at AS timestamptz)
            """;

    private static final String SENT_SINCE = """
            SELECT EXISTS (
                SELECT FROM textonce.inbound_messages
                WHERE kind = ? AND phone_hash = ANY (?) AND received_at > ?
                  AND ? IN (textonce.bare_sender(recipient), service))
            """;

    private static final String HAS = """
            SELECT EXISTS (SELECT FROM textonce.opt_outs WHERE phone_hash = ANY (?) AND sender = ANY (?))
            """;

    private final JdbcTemplate jdbc;
    private final NamedParameterJdbcTemplate named;
    private final PhoneHash phoneHash;
    private final ForgottenWrites forgotten;
    private final TransactionOperations transactions;

    OptOuts(JdbcTemplate jdbc, PhoneHash phoneHash, ForgottenWrites forgotten, TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.forgotten = forgotten;
        this.named = new NamedParameterJdbcTemplate(jdbc);
        this.phoneHash = phoneHash;
        this.transactions = transactions;
    }

    /** Returns the rejection for the sender of the event. */
    static EventRejected rejection() {
        return EventRejected.ofText(
                422,
                "rejected",
                CODE,
                "The customer has opted out of our messages. A newer consent does not change this; only the customer"
                        + " can opt in again, by texting START to us.");
    }

    /**
     * Opts a number out of senders, and stops its messages from them, unless its person has sent START since then.
     *
     * @param at when the person sent STOP
     * @return how many were stopped
     */
    public int stop(String e164, Collection<String> senders, Instant at) {
        return stop(e164, senders, false, "person", at, "The customer sent STOP");
    }

    private int stop(
            String e164, Collection<String> senders, boolean isOfAll, String source, Instant at, String reason) {
        byte[][] hashes = phoneHash.all(e164);
        var open = without("start", hashes, senders, at);
        var optOut = optOut(hashes, open, isOfAll, source, at, reason);
        count(OPT_OUT, optOut);
        return count(STOP, optOut);
    }

    private int count(String statement, Map<String, ?> optOut) {
        return named.queryForObject(statement, optOut, Integer.class);
    }

    private static Map<String, ?> optOut(
            byte[][] hashes, List<String> senders, boolean isOfAll, String source, Instant at, String reason) {
        var parameters = new HashMap<String, Object>(parameters(hashes, senders));
        parameters.put("all", isOfAll);
        parameters.put("source", source);
        parameters.put("at", Timestamp.from(at));
        parameters.put("reason", reason);
        return parameters;
    }

    /**
     * Imports opt-outs: all or none. One whose person sent START since then is ignored. The messages are stopped once the
     * opt-outs are committed: one that was claimed just before has not seen them. If that fails, the import is repeated.
     *
     * @param record of the result, without the messages, in the transaction of the opt-outs
     */
    public OptOutImport importAll(List<Entry> entries, Consumer<OptOutImport> record) {
        return forgotten.perform(() -> writeAll(entries, record), result -> writeAll(entries, again -> {}));
    }

    private OptOutImport writeAll(List<Entry> entries, Consumer<OptOutImport> record) {
        var optOuts = new ArrayList<Map<String, ?>>();
        var imported = transactions.execute(status -> {
            var counted = OptOutImport.NONE;
            for (var hashed : inOneOrder(entries)) {
                var entry = hashed.entry();
                byte[][] hashes = hashed.hashes();
                var open = without("start", hashes, entry.senders(), entry.at());
                boolean known = open.stream().allMatch(sender -> isTrue(HAS, hashes, bare(List.of(sender))));
                var optOut = optOut(
                        hashes,
                        open,
                        entry.isOfAll(),
                        entry.source(),
                        entry.at(),
                        "The customer has opted out (imported: " + entry.source() + ")");
                boolean isNew = count(OPT_OUT, optOut) > 0 && !known;
                counted = open.isEmpty() ? counted.plus(0, 0, 1, 0) : counted.plus(isNew ? 1 : 0, isNew ? 0 : 1, 0, 0);
                optOuts.add(optOut);
            }
            record.accept(counted);
            return counted;
        });
        int stopped = optOuts.stream().mapToInt(optOut -> count(STOP, optOut)).sum();
        return imported.plus(0, 0, 0, stopped);
    }

    /** Two imports of the same numbers wait for each other, instead of one that fails by a deadlock. */
    private List<Hashed> inOneOrder(List<Entry> entries) {
        return entries.stream()
                .map(entry -> new Hashed(
                        entry, entry.phone() == null ? new byte[][] {entry.hash()} : phoneHash.all(entry.phone())))
                .sorted((one, other) -> Arrays.compareUnsigned(one.hashes()[0], other.hashes()[0]))
                .toList();
    }

    /** Entry with the hashes of its number. */
    private record Hashed(Entry entry, byte[][] hashes) {}

    /**
     * Opts a number out of senders because another person has it now, unless that person has sent START. Messages of
     * earlier senders are stopped, too.
     *
     * @return how many messages were stopped
     */
    public int reassigned(String e164, Collection<String> senders, Instant at) {
        return forgotten.perform(
                () -> stop(e164, senders, true, "reassigned", at, "The number was reassigned to another person"));
    }

    /**
     * Removes opt-outs, except from senders that the person has sent STOP since then.
     *
     * @param at when the person sent START
     */
    public void start(String e164, Collection<String> senders, Instant at) {
        byte[][] hashes = phoneHash.all(e164);
        var parameters = new HashMap<String, Object>(parameters(hashes, without("stop", hashes, senders, at)));
        parameters.put("at", Timestamp.from(at));
        named.update(START, parameters);
    }

    /** Returns the senders to which the person has not sent a keyword since then. */
    private List<String> without(String keyword, byte[][] hashes, Collection<String> senders, Instant at) {
        return senders.stream()
                .filter(sender -> !isTrue(SENT_SINCE, keyword, hashes, Timestamp.from(at), bare(sender)))
                .toList();
    }

    private static Map<String, ?> parameters(byte[][] hashes, List<String> senders) {
        return Map.of("hash", hashes[0], "hashes", hashes, "senders", bare(senders));
    }

    private static String[] bare(Collection<String> senders) {
        return senders.stream().map(OptOuts::bare).distinct().toArray(String[]::new);
    }

    private static String bare(String sender) {
        return new Sender(sender).bare();
    }

    /** Returns whether the number has opted out of one of the senders. */
    boolean has(String e164, Collection<String> senders) {
        return isTrue(HAS, phoneHash.all(e164), bare(senders));
    }

    private boolean isTrue(String query, Object... parameters) {
        return Boolean.TRUE.equals(jdbc.queryForObject(query, Boolean.class, parameters));
    }

    /**
     * Records the opt-out of a delivery that Twilio rejected because its recipient had opted out. A START after the
     * attempt is newer, and stays.
     */
    public void record(UUID delivery) {
        jdbc.update(RECORD, delivery);
    }

    /**
     * Opt-out to be imported.
     *
     * @param phone number in E.164, or null if only its hash is known
     * @param senders by which the person gets no message any more
     * @param isOfAll whether it is for all senders: messages of earlier ones, which are none of {@code senders}, stop too
     * @param source where it comes from, in the importer's words
     */
    public record Entry(
            @Nullable String phone,
            byte @Nullable [] hash,
            Set<String> senders,
            boolean isOfAll,
            String source,
            Instant at) {}
}
