-- The outcome of one call, into the delivery and its timeline. An answer with a SID is the truth whenever it comes.
-- Any other outcome counts only while this attempt still holds the reservation: whoever took over knows better.
WITH changed AS (
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
        body = CASE WHEN :#status IN ('held', 'unknown') THEN d.body END,
        unknown_since = CASE WHEN :#status = 'unknown' THEN now() END,
        due_at = now() + CAST(:#wait AS interval),
        updated_at = now()
    WHERE d.id = CAST(:#id AS uuid)
      AND (CASE
            WHEN CAST(:#sid AS text) IS NULL THEN d.status = 'reserved' AND d.attempt = :#attempt
            ELSE d.message_sid IS NULL OR d.message_sid = CAST(:#sid AS text)
          END)
    RETURNING d.id
)
INSERT INTO textonce.delivery_events (delivery_id, kind, status, message_sid, error_code, words)
SELECT CAST(:#id AS uuid), 'answer', CAST(:#status AS text), CAST(:#sid AS text), CAST(:#code AS integer),
    CAST(:#words AS text)
FROM (SELECT count(*) FROM changed) AS done
