-- Texts that no queue has yet, each for whoever takes it first. If that one dies they come due again.
WITH due AS (
    SELECT message_sid FROM textonce.inbound_messages
    WHERE publish_at <= now()
    ORDER BY publish_at LIMIT 200 FOR UPDATE SKIP LOCKED
)
UPDATE textonce.inbound_messages AS i
SET publish_at = now() + interval '30 s'
FROM due WHERE i.message_sid = due.message_sid
RETURNING i.message_sid, i.received_at, i.phone, i.recipient, i.service, i.body
