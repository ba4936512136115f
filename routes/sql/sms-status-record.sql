-- One callback. The delivery is the one that the callback's URL names, else the one that has its SID. Its status rises
-- or stays; a delivery without a SID is bound to this one. A word that is not Twilio's moves nothing. The callback is kept
-- whether or not it changed anything.
WITH target AS (
    SELECT coalesce(
        (SELECT id FROM textonce.deliveries WHERE id = CAST(:#delivery AS uuid)),
        (SELECT id FROM textonce.deliveries WHERE message_sid = :#sid)) AS id
),
changed AS (
    UPDATE textonce.deliveries AS d
    SET status = CASE
            WHEN coalesce(textonce.status_rank(:#status), -1) < 0 THEN
                CASE WHEN d.message_sid IS NULL THEN 'accepted' ELSE d.status END
            ELSE CAST(:#status AS text)
        END,
        message_sid = :#sid,
        error_code = coalesce(CAST(:#code AS integer), d.error_code),
        reason = CAST(:#words AS text),
        body = NULL,
        unknown_since = NULL,
        due_at = NULL,
        updated_at = now()
    FROM target
    WHERE d.id = target.id
      AND (d.message_sid IS NULL
          OR d.message_sid = :#sid AND textonce.status_rank(:#status) > textonce.status_rank(d.status))
    RETURNING d.id
),
kept AS (
    INSERT INTO textonce.delivery_events (delivery_id, kind, status, message_sid, error_code, words)
    SELECT target.id, 'callback', :#status, :#sid, CAST(:#code AS integer), CAST(:#words AS text) FROM target
    ON CONFLICT (message_sid, status) WHERE kind = 'callback' DO NOTHING
    RETURNING id
)
SELECT CASE
        WHEN (SELECT id FROM target) IS NULL THEN 'unknown'
        WHEN coalesce(textonce.status_rank(:#status), -1) < 0 THEN 'unranked'
        WHEN EXISTS (SELECT FROM changed) THEN 'raised'
        WHEN NOT EXISTS (SELECT FROM kept) THEN 'repeated'
        WHEN (SELECT message_sid FROM textonce.deliveries WHERE id = (SELECT id FROM target)) <> :#sid THEN 'other_sid'
        ELSE 'late'
    END AS effect
