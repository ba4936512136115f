-- The queue has it; what is not needed any more is not kept.
UPDATE textonce.inbound_messages SET phone = NULL, body = NULL, publish_at = NULL WHERE message_sid = :#sid
