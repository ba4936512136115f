-- Deliveries, newest first, by any of: our ids, Twilio's SID, the sender's event id, the number's hashes, and what lists
-- are filtered by. Ids rise with time, so times are bounds of ids, and "after" is the last id of the page before. The
-- entry of the claim itself is left out: it is there only with subscribers to status changes. A cancellation that came
-- before its event knows of no consent.
SELECT d.id, d.event, d.event_id, d.source, d.client, d.reference, d.purpose,
    CASE WHEN d.source <> 'cancellation' THEN d.consent_at END AS consent_at, d.consent_source, d.phone_masked,
    d.status, d.attempt, d.message_sid, d.error_code, d.reason, d.due_at, d.created_at, d.updated_at, d.phone, d.phone_hash,
    d.time_zone, d.quiet_hours, d.twilio_options, d.segments, d.sender, d.country, d.phone IS NOT NULL AND d.body IS NOT NULL AS is_stored,
    d.status IN ('rejected', 'suppressed', 'canceled') AND d.message_sid IS NULL AND d.phone IS NOT NULL AND d.body IS NOT NULL
        AND (d.expires_at IS NULL OR d.expires_at > now()) AS may_be_sent_again,
    CASE WHEN CAST(:#timeline AS boolean) THEN (
        SELECT coalesce(json_agg(json_build_object('at', e.happened_at, 'kind', e.kind, 'status', e.status,
            'sid', e.message_sid, 'code', e.error_code, 'detail', e.detail, 'actor', e.actor, 'action', e.action,
            'until', e.until, 'calledAt', e.called_at, 'http', e.http_status, 'request', e.request_id) ORDER BY e.id), '[]')
        FROM textonce.delivery_events AS e
        WHERE e.delivery_id = d.id
          AND NOT (e.kind = 'decision' AND e.status = 'reserved' AND e.happened_at = d.created_at)) END AS timeline
FROM textonce.deliveries AS d
WHERE (CAST(:#ids AS uuid[]) IS NULL OR d.id = ANY (CAST(:#ids AS uuid[])))
  AND (CAST(:#sid AS text) IS NULL OR d.message_sid = CAST(:#sid AS text))
  AND (CAST(:#eventId AS text) IS NULL OR d.event_id = CAST(:#eventId AS text))
  AND (CAST(:#phoneHashes AS bytea[]) IS NULL OR d.phone_hash = ANY (CAST(:#phoneHashes AS bytea[])))
  AND (CAST(:#statuses AS text[]) IS NULL
    OR d.status = ANY (CAST(:#statuses AS text[])) AND d.stage = ANY (CAST(:#stages AS text[])))
  AND (CAST(:#event AS text) IS NULL OR d.event = CAST(:#event AS text))
  AND (CAST(:#client AS text) IS NULL OR d.client = CAST(:#client AS text))
  AND (CAST(:#code AS integer) IS NULL OR d.error_code = CAST(:#code AS integer))
  AND (CAST(:#country AS text) IS NULL OR d.country = CAST(:#country AS text))
  AND (CAST(:#sender AS text) IS NULL OR d.sender = CAST(:#sender AS text))
  AND (CAST(:#reason AS text) IS NULL OR strpos(lower(d.reason), CAST(:#reason AS text)) > 0)
  AND (CAST(:#listed AS text[]) IS NULL OR d.event_id = ANY (CAST(:#listed AS text[]))
    OR d.id = ANY (CAST(:#listedIds AS uuid[])))
  AND (CAST(:#from AS uuid) IS NULL OR d.id >= CAST(:#from AS uuid))
  AND (CAST(:#to AS uuid) IS NULL OR d.id < CAST(:#to AS uuid))
  AND (CAST(:#after AS uuid) IS NULL OR d.id < CAST(:#after AS uuid))
ORDER BY d.id DESC
LIMIT :#limit
