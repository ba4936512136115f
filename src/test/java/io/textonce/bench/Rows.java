package io.textonce.bench;

import io.textonce.sandbox.Peers;
import io.textonce.sandbox.SignedForm;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Deliveries that were made in the table, as if they had been sent in the last twenty days. */
final class Rows {

    /** With ids that rise with time, as TextOnce's do. */
    private static final String DELIVERIES = """
            INSERT INTO textonce.deliveries
                (id, event, event_id, payload_sha256, source, client, sender, purpose, consent_at, phone_masked,
                 phone_hash, phone, on_unknown, status, attempt, attempted_at, due_at, message_sid, created_at,
                 updated_at)
            SELECT CAST(lpad(to_hex(CAST(extract(epoch FROM at) * 1000 AS bigint)), 12, '0') || '7' || substr(hash, 1, 3)
                    || '8' || substr(hash, 4, 15) AS uuid),
                'order-shipped', '%1$s-' || n, CAST(hash AS bytea), 'http', 'test', '+15551234567', 'order-updates', at,
                '+1555***' || lpad(CAST(n %% 10000 AS text), 4, '0'), CAST(hash AS bytea), '+1555' || 2000000 + n %% 7000000,
                'resend', '%2$s', 1, at, %3$s, 'SM' || hash, at, at
            FROM generate_series(1, %4$d) AS n,
                LATERAL (SELECT md5('%1$s' || n), now() - (%4$d - n) * interval '20 days' / %4$d) AS made (hash, at)
            """;

    /** What the timeline of a text that was delivered holds. */
    private static final String TIMELINES = """
            INSERT INTO textonce.delivery_events (delivery_id, happened_at, kind, status, message_sid)
            SELECT id, created_at, kind, told, message_sid
            FROM textonce.deliveries,
                (VALUES ('answer', 'queued'), ('callback', 'sent'), ('callback', 'delivered')) AS entries (kind, told)
            WHERE event_id LIKE 'old-%'
            """;

    /** An index that rows come into one by one takes many times as long as one that is made of all of them. */
    private static final String WITHOUT_INDEXES = """
            SET session_replication_role = replica;
            SET maintenance_work_mem = '512MB';
            CREATE TEMPORARY TABLE again AS
                SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname) AS gone,
                    format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
                        pg_get_constraintdef(oid)) AS back
                FROM pg_constraint WHERE connamespace = 'textonce'::regnamespace AND contype = 'u'
                    AND conrelid IN ('textonce.deliveries'::regclass, 'textonce.delivery_events'::regclass)
                UNION ALL
                SELECT format('DROP INDEX textonce.%%I', indexname), indexdef
                FROM pg_indexes WHERE schemaname = 'textonce' AND tablename IN ('deliveries', 'delivery_events')
                    AND indexname NOT IN (SELECT conname FROM pg_constraint);
            DO $$ DECLARE one record; BEGIN FOR one IN SELECT * FROM again LOOP EXECUTE one.gone; END LOOP; END $$;
            %1$s;
            %2$s;
            DO $$ DECLARE one record; BEGIN FOR one IN SELECT * FROM again LOOP EXECUTE one.back; END LOOP; END $$;
            """;

    private Rows() {}

    /** So many that were delivered, each with its timeline. */
    static void old(Bench bench, String database, int number) {
        bench.execute(
                database,
                WITHOUT_INDEXES.formatted(DELIVERIES.formatted("old", "delivered", "NULL", number), TIMELINES));
        bench.execute(database, "VACUUM ANALYZE");
        bench.execute(database, "CHECKPOINT");
    }

    /**
     * So many that Twilio has queued, and what Twilio calls back about them: of each that it was sent, and later that it
     * was delivered. All is signed beforehand.
     */
    static Supplier<byte @Nullable []> callbacks(Bench bench, String database, String name, int number) {
        bench.execute(database, DELIVERIES.formatted(name, "queued", "now() + interval '1 hour'", number));
        var deliveries = bench.rows(
                database,
                "SELECT id, message_sid FROM textonce.deliveries WHERE event_id LIKE '" + name + "-%' ORDER BY id");
        byte[][] calls = new byte[deliveries.size() * 2][];
        int block = 500;
        for (int i = 0; i < calls.length; i++) {
            // A block of the first, then a block of the second.
            int row = Math.min(i / (2 * block) * block + i % block, deliveries.size() - 1);
            var delivery = deliveries.get(row);
            calls[i] =
                    Bench.post(callback(delivery.get(0), delivery.get(1), i / block % 2 == 0 ? "sent" : "delivered"));
        }
        var next = new int[1];
        return () -> next[0] < calls.length ? calls[next[0]++] : null;
    }

    private static SignedForm callback(String delivery, String sid, String status) {
        return SignedForm.of(
                "/twilio/status-callback?delivery=" + delivery,
                List.of(
                        Map.entry("AccountSid", Peers.ACCOUNT_SID),
                        Map.entry("ApiVersion", "2010-04-01"),
                        Map.entry("From", Peers.FROM_NUMBER),
                        Map.entry("MessageSid", sid),
                        Map.entry("MessageStatus", status),
                        Map.entry("SmsSid", sid),
                        Map.entry("SmsStatus", status),
                        Map.entry("To", "+15558675310")));
    }
}
