-- A person's number, its hashes and all texts. What was not sent yet is canceled. What may be with Twilio is not sent once
-- more, and is canceled there by the background worker as long as Twilio can; number and text of one whose outcome nobody
-- knows stay until it is known, as only they can tell. The event's id stays, so that the same event does not text the
-- person again. An opt-out stays, as a keyed hash.
WITH target AS (
    SELECT id, status, status IN ('reserved', 'unknown') AS is_open FROM textonce.deliveries
    WHERE phone_hash = ANY (CAST(:#hashes AS bytea[])) FOR UPDATE
),
changed AS (
    UPDATE textonce.deliveries AS d
    SET status = CASE WHEN d.status IN ('held', 'rejected') THEN 'canceled' ELSE d.status END,
        cancel_requested_at = coalesce(d.cancel_requested_at,
            CASE WHEN is_open OR d.status IN ('scheduled', 'accepted', 'queued') THEN now() END),
        due_at = CASE
            WHEN d.status IN ('scheduled', 'accepted', 'queued') THEN now()
            WHEN is_open OR d.message_sid IS NOT NULL THEN d.due_at
        END,
        phone = CASE WHEN is_open THEN d.phone END,
        body = CASE WHEN is_open THEN d.body END,
        phone_masked = CASE WHEN is_open THEN d.phone_masked ELSE '' END,
        phone_hash = CASE WHEN is_open THEN d.phone_hash ELSE '' END,
        payload_sha256 = '', consent_source = NULL, updated_at = now()
    FROM target WHERE d.id = target.id
    RETURNING d.id, d.status, target.status AS old_status, d.due_at
),
said AS (
    INSERT INTO textonce.delivery_events (delivery_id, kind, status, detail, new_status)
    SELECT id, 'decision', status,
        CASE
            WHEN status IN ('reserved', 'unknown')
            THEN 'Number and text are erased at the person''s request as soon as the outcome is known'
            ELSE 'Number and text were erased at the person''s request'
        END,
        CASE WHEN status <> old_status THEN status END
    FROM changed
),
under_way AS (
    INSERT INTO textonce.erasures (delivery_id) SELECT id FROM changed WHERE due_at IS NOT NULL
    ON CONFLICT (delivery_id) DO NOTHING
),
inbound AS (
    DELETE FROM textonce.inbound_messages WHERE phone_hash = ANY (CAST(:#hashes AS bytea[])) RETURNING message_sid
),
incidents AS (
    UPDATE textonce.incident_alerts SET phone = NULL, phone_hash = '' WHERE phone_hash = ANY (CAST(:#hashes AS bytea[]))
),
alerts AS (
    UPDATE textonce.incident_messages SET phone = NULL, phone_hash = '', due_at = NULL
    WHERE phone_hash = ANY (CAST(:#hashes AS bytea[]))
),
approvals AS (
    DELETE FROM textonce.verify_approvals WHERE phone = :#phone RETURNING id
),
counts AS (
    DELETE FROM textonce.verify_counts
    WHERE kind IN ('number', 'check') AND key = ANY (CAST(:#keys AS text[]))
    RETURNING key
),
letters AS (
    DELETE FROM textonce.dead_letters
    WHERE position(convert_to(substr(CAST(:#phone AS text), 2), 'UTF8') IN body) > 0
    RETURNING sha256
)
SELECT (SELECT count(*) FROM changed) AS deliveries,
    (SELECT count(*) FROM changed WHERE old_status = 'held') AS canceled,
    (SELECT count(*) FROM changed WHERE status IN ('reserved', 'unknown', 'scheduled', 'accepted', 'queued')) AS pending,
    (SELECT count(*) FROM inbound) AS inbound,
    (SELECT count(*) FROM approvals) + (SELECT count(*) FROM counts) AS verifications,
    (SELECT count(*) FROM letters) AS letters,
    EXISTS (SELECT FROM textonce.opt_outs WHERE phone_hash = ANY (CAST(:#hashes AS bytea[]))) AS opted_out
