-- What Twilio says of one message, told by a callback or asked for. The delivery is the one that the callback's URL
-- names, else the one that has the SID. Its status rises or stays. A delivery without a SID is bound to this one; if
-- evidence had given the SID to another delivery, whose text was equal, that one is unknown again. What was said is
-- kept whether or not it changed anything, a repetition only if it did. A word that is not Twilio's moves nothing.
WITH target AS (
    SELECT id, event, created_at, message_sid, status, attempt FROM textonce.deliveries
    WHERE id = coalesce(
        (SELECT id FROM textonce.deliveries WHERE id = CAST(:#delivery AS uuid)),
        (SELECT id FROM textonce.deliveries WHERE message_sid = :#sid))
),
freed AS (
    UPDATE textonce.deliveries AS d
    SET message_sid = NULL, status = 'unknown', unknown_since = now(), due_at = now(), updated_at = now()
    FROM target
    WHERE d.message_sid = :#sid AND d.id <> target.id AND target.message_sid IS NULL
    RETURNING d.id, d.status
),
parted AS (
    INSERT INTO textonce.delivery_events (delivery_id, kind, status, words, became)
    SELECT id, 'decision', status, 'The message that was found for it is another text''s', status FROM freed
),
changed AS (
    UPDATE textonce.deliveries AS d
    SET status = CASE
            WHEN textonce.status_rank(:#status) >= 0 THEN CAST(:#status AS text)
            WHEN d.message_sid IS NULL THEN 'accepted'
            ELSE d.status
        END,
        message_sid = :#sid,
        error_code = coalesce(CAST(:#code AS integer), d.error_code),
        reason = CAST(:#words AS text),
        body = NULL,
        unknown_since = NULL,
        due_at = CASE WHEN textonce.status_rank(:#status) >= 5 THEN NULL ELSE now() + CAST(:#wait AS interval) END,
        updated_at = now()
    FROM target
    WHERE d.id = target.id
      AND (d.message_sid IS NULL
          OR d.message_sid = :#sid AND textonce.status_rank(:#status) > textonce.status_rank(d.status))
    RETURNING d.id, d.status
),
kept AS (
    INSERT INTO textonce.delivery_events (delivery_id, kind, status, message_sid, error_code, words, became)
    SELECT (SELECT id FROM target), CAST(:#kind AS text), CAST(:#status AS text), CAST(:#sid AS text),
        CAST(:#code AS integer), CAST(:#words AS text), (SELECT status FROM changed)
    ON CONFLICT (message_sid, status) WHERE kind = 'callback' DO NOTHING
    RETURNING id
),
repeated AS (
    INSERT INTO textonce.delivery_events (delivery_id, kind, status, message_sid, error_code, words, became)
    SELECT id, 'fetch', CAST(:#status AS text), CAST(:#sid AS text), CAST(:#code AS integer), CAST(:#words AS text), status
    FROM changed WHERE NOT EXISTS (SELECT FROM kept)
)
SELECT target.id AS delivery, target.event, extract(epoch FROM now() - target.created_at) * 1000 AS age, CASE
        WHEN target.id IS NULL THEN 'unknown'
        WHEN target.message_sid <> :#sid THEN 'other_sid'
        WHEN coalesce(textonce.status_rank(:#status), -1) < 0 THEN 'unranked'
        WHEN target.status = 'unknown' AND EXISTS (SELECT FROM changed) THEN 'resolved'
        WHEN EXISTS (SELECT FROM changed) THEN 'raised'
        WHEN NOT EXISTS (SELECT FROM kept) THEN 'repeated'
        ELSE 'late'
    END AS effect
FROM (VALUES (1)) AS one LEFT JOIN target ON true
