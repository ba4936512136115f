package io.textonce.delivery;

/**
 * Statements of claims.
 *
 * @param claim claims without counting
 * @param claimAndCount returns one row without a claim if there was no room for all, and so nothing was claimed
 */
record ClaimStatements(String claim, String claimAndCount) {

    /** Query of the claims, one row each. A recipient who has opted out by now gets a row, and no message. */
    private static final String REQUESTED = """
            WITH requested AS MATERIALIZED (
                SELECT t.*, EXISTS (
                        SELECT FROM textonce.opt_outs AS o
                        WHERE o.sender IN (textonce.bare_sender(t.sender), %s)
                          AND o.phone_hash = ANY (CAST(t.hashes AS bytea[]))) AS opted_out
                FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    AS t(id, event, event_id, sender, hashes, phone_hash, status, until, wait, code, detail, body,
                        payload_sha256, source, client, purpose, consent_at, consent_source, phone_masked, phone,
                        on_unknown, reconciliation_window, expires_at, quiet_hours, time_zone, segments, twilio_options,
                        reference, country, language)
            ),
            """.formatted(OptOuts.FALLBACK);

    private static final String RECORD = """
            ,
            entries AS (
            """ + Timeline.ENTRY + """
                SELECT id, 'decision', status, status, NULL, error_code, reason, NULL,
                    CASE WHEN status = 'held' THEN due_at END
                FROM claimed %s
            )
            """;

    private static final String CLAIMED = """
            SELECT claim_id, id, attempt, status, error_code, coalesce(counted_at = now(), false) AS is_countable
            """;

    /**
     * Insert of a claim, without effect if the key exists. The status reserved is published only if there is a
     * subscriber: the timeline begins with it anyway.
     */
    private static final String CLAIM =
            """
            claimed AS (
                INSERT INTO textonce.deliveries
                    (id, event, event_id, attempt, attempted_at, counted_at, status, due_at, error_code, reason, body,
                     payload_sha256, source, client, sender, purpose, consent_at, consent_source, phone_masked,
                     phone_hash, phone, on_unknown, reconciliation_window, expires_at, quiet_hours, time_zone, segments,
                     twilio_options, reference, country, language)
                SELECT id, event, event_id, 1, now(),
                    CASE WHEN NOT opted_out AND status = 'reserved' THEN now() END,
                    CASE WHEN opted_out THEN 'rejected' ELSE status END,
                    CASE WHEN NOT opted_out THEN coalesce(until, now() + wait) END,
                    CASE WHEN opted_out THEN %1$d ELSE code END,
                    CASE WHEN opted_out THEN '%2$s' ELSE detail END,
                    body, payload_sha256, source, client, sender, purpose, consent_at, consent_source, phone_masked,
                    phone_hash, phone, on_unknown, reconciliation_window, expires_at, quiet_hours, time_zone, segments,
                    twilio_options, reference, country, language
                FROM requested
                WHERE %%s
                ON CONFLICT (event_id, event) DO NOTHING
                RETURNING id AS claim_id, id, attempt, status, error_code, reason, due_at, counted_at
            )""".formatted(OptOuts.CODE, OptOuts.rejection().getMessage());

    /**
     * Claim of an existing key. A message that was canceled meanwhile, or before its event was received, is not sent.
     */
    private static final String CLAIM_AGAIN =
            """
            claimed AS (
                UPDATE textonce.deliveries AS d
                SET attempt = attempt + 1, attempted_at = now(), unknown_since = NULL, updated_at = now(),
                    counted_at = CASE
                        WHEN cancel_requested_at IS NULL AND NOT opted_out AND t.status = 'reserved'
                            THEN coalesce(counted_at, now())
                        ELSE counted_at
                    END,
                    status = CASE
                        WHEN cancel_requested_at IS NOT NULL THEN 'canceled'
                        WHEN opted_out THEN 'rejected'
                        ELSE t.status
                    END,
                    due_at = CASE
                        WHEN cancel_requested_at IS NULL AND NOT opted_out THEN coalesce(until, now() + wait)
                    END,
                    error_code = CASE
                        WHEN cancel_requested_at IS NOT NULL THEN NULL
                        WHEN opted_out THEN %1$d
                        ELSE code
                    END,
                    reason = CASE
                        WHEN cancel_requested_at IS NOT NULL THEN reason
                        WHEN opted_out THEN '%2$s'
                        ELSE detail
                    END,
                    body = CASE WHEN cancel_requested_at IS NULL THEN t.body END,
                    payload_sha256 = t.payload_sha256, source = t.source, client = t.client,
                    sender = t.sender, purpose = t.purpose, consent_at = t.consent_at,
                    consent_source = t.consent_source, phone_masked = t.phone_masked, phone_hash = t.phone_hash,
                    phone = t.phone, on_unknown = t.on_unknown, reconciliation_window = t.reconciliation_window,
                    expires_at = t.expires_at, quiet_hours = t.quiet_hours, time_zone = t.time_zone,
                    segments = t.segments,
                    twilio_options = t.twilio_options, reference = t.reference, country = t.country,
                    language = t.language
                FROM requested AS t
                WHERE d.event = t.event AND d.event_id = t.event_id AND (d.status = 'rejected' OR d.source = '%3$s')
                  AND %%s
                RETURNING t.id AS claim_id, d.id, d.attempt, d.status, d.error_code, d.reason, d.due_at, d.counted_at
            )""".formatted(OptOuts.CODE, OptOuts.rejection().getMessage(), Cancellations.SOURCE);

    /**
     * Returns the claim of new keys.
     *
     * @param publishes whether there are subscribers to status changes
     */
    static ClaimStatements ofNew(boolean publishes) {
        return of(CLAIM, RECORD.formatted(publishes ? "" : "WHERE status <> 'reserved'"));
    }

    /** Returns the claim of one existing key. */
    static ClaimStatements again() {
        return of(CLAIM_AGAIN, RECORD.formatted(""));
    }

    /** @param claim has a place for a condition */
    private static ClaimStatements of(String claim, String record) {
        return new ClaimStatements(
                REQUESTED + claim.formatted("true") + record + CLAIMED + "FROM claimed",
                REQUESTED + CountedClaim.ROOM + claim.formatted("(SELECT is_left FROM room)") + record
                        + CountedClaim.COUNTED + CLAIMED
                        + "FROM room LEFT JOIN claimed ON true WHERE claim_id IS NOT NULL OR NOT is_left");
    }
}
