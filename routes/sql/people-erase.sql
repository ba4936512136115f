-- A person's number, its hashes and all texts. What was not sent yet is canceled, also what Twilio keeps for later. The
-- event's id stays, so that the same event does not text the person again. An opt-out stays, as a keyed hash.
WITH target AS (
    SELECT id, status FROM textonce.deliveries
    WHERE phone_hash = ANY (CAST(:#hashes AS bytea[])) FOR UPDATE
),
changed AS (
    UPDATE textonce.deliveries AS d
    SET status = CASE WHEN d.status IN ('held', 'reserved', 'unknown', 'rejected') THEN 'canceled' ELSE d.status END,
        cancelled_at = CASE WHEN d.status = 'scheduled' THEN now() END,
        due_at = CASE WHEN d.status = 'scheduled' THEN now() WHEN d.message_sid IS NOT NULL THEN d.due_at END,
        phone = NULL, body = NULL, phone_masked = '', phone_hash = '', payload_sha256 = '', consent_source = NULL,
        updated_at = now()
    FROM target WHERE d.id = target.id
    RETURNING d.id, d.status, target.status AS old_status
),
said AS (
    INSERT INTO textonce.delivery_events (delivery_id, kind, status, words, became)
    SELECT id, 'decision', status, 'Number and text were erased at the person''s request',
        CASE WHEN status <> old_status THEN status END
    FROM changed
),
inbound AS (
    DELETE FROM textonce.inbound_texts WHERE phone_hash = ANY (CAST(:#hashes AS bytea[])) RETURNING message_sid
),
incidents AS (
    UPDATE textonce.incident_alerts SET phone = NULL, phone_hash = '' WHERE phone_hash = ANY (CAST(:#hashes AS bytea[]))
),
alerts AS (
    UPDATE textonce.incident_texts SET phone = NULL, phone_hash = '', due_at = NULL
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
    (SELECT count(*) FROM changed WHERE old_status IN ('held', 'reserved', 'unknown', 'scheduled')) AS canceled,
    (SELECT count(*) FROM inbound) AS inbound,
    (SELECT count(*) FROM approvals) + (SELECT count(*) FROM counts) AS verifications,
    (SELECT count(*) FROM letters) AS letters,
    EXISTS (SELECT FROM textonce.opt_outs WHERE phone_hash = ANY (CAST(:#hashes AS bytea[]))) AS opted_out
