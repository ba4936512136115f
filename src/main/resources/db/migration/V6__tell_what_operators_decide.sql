-- The timeline tells who decided what and why, and until when a text waits. A text that an operator cancels before
-- Twilio has it is canceled without a SID.
ALTER TABLE textonce.delivery_events
    ADD COLUMN actor text,
    ADD COLUMN until timestamptz,
    DROP CONSTRAINT delivery_events_kind_check,
    ADD CONSTRAINT delivery_events_kind_check
        CHECK (kind IN ('answer', 'callback', 'evidence', 'decision', 'fetch', 'operator'));

ALTER TABLE textonce.deliveries
    DROP CONSTRAINT deliveries_ours_without_sid_check,
    ADD CONSTRAINT deliveries_ours_without_sid_check CHECK (
        status = 'canceled' OR (message_sid IS NULL) = (status IN ('reserved', 'held', 'unknown', 'rejected')));

-- Support lists what did not arrive. It is little of all, and only it pays for these.
CREATE INDEX deliveries_not_delivered_idx ON textonce.deliveries (status, id)
    WHERE status IN ('rejected', 'undelivered', 'failed', 'canceled');
CREATE INDEX deliveries_error_code_idx ON textonce.deliveries (error_code, id) WHERE error_code IS NOT NULL;

-- What waits and what is unclear is counted for a page and for alarms, with the oldest of each.
CREATE INDEX deliveries_open_idx ON textonce.deliveries (status, created_at) WHERE status IN ('held', 'unknown');
