-- The outcome of one call, into the delivery and its timeline. An answer with a SID is the truth whenever it comes.
-- If evidence had given that SID to another delivery, whose text was equal, that one is unknown again.
-- A refused text is kept, since support may send it again.
-- Any other outcome counts only while this attempt still holds the reservation: whoever took over knows better.
WITH freed AS (
    UPDATE textonce.deliveries AS d
    SET message_sid = NULL, status = 'unknown', unknown_since = now(), due_at = now(), updated_at = now()
    WHERE d.message_sid = CAST(:#sid AS text) AND d.id <> CAST(:#id AS uuid)
      AND EXISTS (
          SELECT FROM textonce.deliveries AS mine WHERE mine.id = CAST(:#id AS uuid) AND mine.message_sid IS NULL)
    RETURNING d.id, d.status
),
parted AS (
    INSERT INTO textonce.delivery_events (delivery_id, kind, status, words, became)
    SELECT id, 'decision', status, 'The message that was found for it is another text''s', status FROM freed
),
changed AS (
    UPDATE textonce.deliveries AS d
    SET status = CASE
            WHEN CAST(:#sid AS text) IS NULL
                OR textonce.status_rank(:#status) > textonce.status_rank(d.status) THEN CAST(:#status AS text)
            ELSE d.status
        END,
        message_sid = coalesce(d.message_sid, CAST(:#sid AS text)),
        error_code = coalesce(CAST(:#code AS integer), d.error_code),
        reason = CASE
            WHEN CAST(:#sid AS text) IS NULL THEN CAST(:#words AS text)
            WHEN textonce.status_rank(:#status) <= textonce.status_rank(d.status) THEN d.reason
        END,
        body = CASE WHEN :#status IN ('held', 'unknown', 'rejected') THEN d.body END,
        unknown_since = CASE WHEN :#status = 'unknown' THEN now() END,
        due_at = CASE WHEN textonce.status_rank(d.status) >= 5 THEN NULL ELSE now() + CAST(:#wait AS interval) END,
        updated_at = now()
    WHERE d.id = CAST(:#id AS uuid)
      AND (CASE
            WHEN CAST(:#sid AS text) IS NULL THEN d.status = 'reserved' AND d.attempt = :#attempt
            ELSE d.message_sid IS NULL OR d.message_sid = CAST(:#sid AS text)
          END)
    RETURNING d.status, (SELECT before.status FROM textonce.deliveries AS before WHERE before.id = d.id) AS old_status
)
INSERT INTO textonce.delivery_events (delivery_id, kind, status, message_sid, error_code, words, until, became)
SELECT CAST(:#id AS uuid), 'answer', CAST(:#status AS text), CAST(:#sid AS text), CAST(:#code AS integer),
    CAST(:#words AS text), CASE WHEN :#status = 'held' THEN now() + CAST(:#wait AS interval) END,
    (SELECT status FROM changed WHERE status <> old_status)
