-- Deliveries with their timelines, newest first, by one of: our id, Twilio's SID, the sender's event id.
SELECT d.id, d.event, d.event_id, d.source, d.client, d.purpose, d.consent_at, d.phone_masked, d.status, d.attempt,
    d.message_sid, d.error_code, d.reason, d.due_at, d.created_at, d.updated_at,
    (SELECT coalesce(json_agg(json_build_object('at', e.happened_at, 'kind', e.kind, 'status', e.status,
            'sid', e.message_sid, 'code', e.error_code, 'words', e.words) ORDER BY e.id), '[]')
        FROM textonce.delivery_events AS e WHERE e.delivery_id = d.id) AS timeline
FROM textonce.deliveries AS d
WHERE d.id = CAST(:#id AS uuid) OR d.message_sid = CAST(:#sid AS text) OR d.event_id = CAST(:#eventId AS text)
ORDER BY d.id DESC
LIMIT 50
