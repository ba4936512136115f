-- Calls off the text of an event. One that is held is canceled at once, and a rejected one can't come back by a
-- repetition of its event. One that Twilio keeps for later is canceled there by the background worker. One whose call is
-- under way, or whose outcome is unclear, may be with Twilio; it is not sent once more.
WITH target AS (
    SELECT id, status FROM textonce.deliveries WHERE event = :#event AND event_id = :#eventId FOR UPDATE
),
changed AS (
    UPDATE textonce.deliveries AS d
    SET status = CASE WHEN d.status IN ('held', 'rejected') THEN 'canceled' ELSE d.status END,
        cancelled_at = now(),
        reason = CAST(:#words AS text),
        body = CASE WHEN d.status NOT IN ('held', 'rejected') THEN d.body END,
        due_at = CASE
            WHEN d.status = 'scheduled' THEN now()
            WHEN d.status NOT IN ('held', 'rejected') THEN d.due_at
        END,
        updated_at = now()
    FROM target
    WHERE d.id = target.id AND d.status IN ('held', 'rejected', 'reserved', 'unknown', 'scheduled')
      AND d.cancelled_at IS NULL
    RETURNING d.id, d.status, target.status AS old_status
),
said AS (
    INSERT INTO textonce.delivery_events (delivery_id, kind, status, words, became)
    SELECT id, 'decision', status, CAST(:#words AS text), CASE WHEN status <> old_status THEN status END FROM changed
)
SELECT target.id AS delivery, CASE
        WHEN target.id IS NULL THEN 'absent'
        WHEN target.status IN ('held', 'rejected', 'canceled') THEN 'canceled'
        WHEN target.status IN ('reserved', 'unknown', 'scheduled') THEN 'asked'
        ELSE 'too_late'
    END AS effect
FROM (VALUES (1)) AS one LEFT JOIN target ON true
