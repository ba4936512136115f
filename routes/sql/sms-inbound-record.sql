-- Writes down what a person texted, once, and does as they say. STOP opts them out of every sender that the message
-- came by, and takes back what is held for them; what Twilio keeps for later, or is just being handed, is canceled there
-- by the background worker. START takes the opt-out back.
WITH heard AS (
    INSERT INTO textonce.inbound_messages
        (message_sid, kind, phone_hash, recipient, service, phone, body, publish_at)
    VALUES (:#sid, :#kind, :#hash, :#recipient, CAST(:#service AS text), CAST(:#phone AS text),
        CAST(:#body AS text), CASE WHEN CAST(:#phone AS text) IS NOT NULL THEN now() END)
    ON CONFLICT (message_sid) DO NOTHING
    RETURNING kind
),
opted_out AS (
    INSERT INTO textonce.opt_outs (phone_hash, sender, source)
    SELECT CAST(:#hash AS bytea), sender, 'person'
    FROM heard, (VALUES (CAST(:#sender AS text)), (CAST(:#service AS text))) AS senders (sender)
    WHERE heard.kind = 'stop' AND sender IS NOT NULL
    ON CONFLICT (phone_hash, sender) DO UPDATE SET source = 'person'
),
opted_in AS (
    DELETE FROM textonce.opt_outs AS o USING heard
    WHERE heard.kind = 'start' AND o.phone_hash = ANY (CAST(:#hashes AS bytea[]))
      AND o.sender IN (:#sender, CAST(:#service AS text))
),
stopped AS (
    UPDATE textonce.deliveries AS d
    SET status = CASE WHEN d.status = 'held' THEN 'rejected' ELSE d.status END,
        error_code = CASE WHEN d.status = 'held' THEN 21610 ELSE d.error_code END,
        reason = 'The customer texted STOP',
        cancel_requested_at = coalesce(d.cancel_requested_at, CASE WHEN d.status <> 'held' THEN now() END),
        due_at = CASE d.status WHEN 'held' THEN NULL WHEN 'scheduled' THEN now() ELSE d.due_at END,
        updated_at = now()
    FROM heard
    WHERE heard.kind = 'stop' AND d.phone_hash = ANY (CAST(:#hashes AS bytea[]))
      AND d.sender IN (:#sender, CAST(:#service AS text))
      AND d.status IN ('held', 'reserved', 'unknown', 'scheduled')
    RETURNING d.id, d.status, d.error_code, d.reason
),
said AS (
    INSERT INTO textonce.delivery_events (delivery_id, kind, status, error_code, detail, new_status)
    SELECT id, 'decision', status, error_code, reason, CASE WHEN status = 'rejected' THEN status END FROM stopped
)
SELECT (SELECT count(*) FROM heard) AS heard, (SELECT count(*) FROM stopped) AS stopped
