-- One row an event: the claim on its one text, and what became of it. The row is committed before Twilio is
-- asked, so that a text can't leave without one. The unique key is the idempotency key.
--
-- status is one of ours (reserved, held, unknown, rejected) until Twilio has given a SID, then Twilio's own word.
-- due_at is when the background worker looks next: the end of the lease of a reserved row, the time to try a held
-- one, the next look for evidence of an unknown one, the time to ask Twilio about one whose callbacks stay away.
CREATE TABLE textonce.deliveries (
    id             uuid        NOT NULL,
    event          text        NOT NULL,
    event_id       text        NOT NULL,
    payload_sha256 bytea       NOT NULL,
    source         text        NOT NULL,
    client         text,
    sender         text        NOT NULL,
    purpose        text        NOT NULL,
    consent_at     timestamptz NOT NULL,
    phone_masked   text        NOT NULL,
    phone_hash     bytea       NOT NULL,
    phone          text,
    body           text,
    on_unknown     text        NOT NULL,
    horizon        interval,
    expires_at     timestamptz,
    status         text        NOT NULL,
    attempt        integer     NOT NULL,
    attempted_at   timestamptz NOT NULL,
    unknown_since  timestamptz,
    due_at         timestamptz,
    message_sid    text,
    error_code     integer,
    reason         text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT deliveries_pk PRIMARY KEY (id),
    CONSTRAINT deliveries_event_id_event_key UNIQUE (event_id, event),
    CONSTRAINT deliveries_on_unknown_check CHECK (on_unknown IN ('resend', 'hold', 'drop')),
    CONSTRAINT deliveries_status_check CHECK (status IN ('reserved', 'held', 'unknown', 'rejected', 'scheduled',
        'accepted', 'queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'canceled', 'read')),
    -- Deferrable, so that one statement can give a SID back to the delivery that it really belongs to.
    CONSTRAINT deliveries_message_sid_key UNIQUE (message_sid) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT deliveries_ours_without_sid_check
        CHECK ((message_sid IS NULL) = (status IN ('reserved', 'held', 'unknown', 'rejected')))
);

-- The background worker asks only for what is due, one kind at a time.
CREATE INDEX deliveries_status_due_at_idx ON textonce.deliveries (status, due_at) WHERE due_at IS NOT NULL;

-- Support looks up a person's texts; evidence tells equal texts to one number apart.
CREATE INDEX deliveries_phone_hash_idx ON textonce.deliveries (phone_hash, id);

-- How far a status has come. A delivery's status only rises. Ours rank below all of Twilio's; a word that this
-- version does not know has no rank and moves nothing. Twilio's order:
-- https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
CREATE FUNCTION textonce.status_rank(status text) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE status
        WHEN 'rejected' THEN -1
        WHEN 'reserved' THEN -1
        WHEN 'held' THEN -1
        WHEN 'unknown' THEN -1
        WHEN 'scheduled' THEN 0
        WHEN 'accepted' THEN 1
        WHEN 'queued' THEN 2
        WHEN 'sending' THEN 3
        WHEN 'sent' THEN 4
        WHEN 'delivered' THEN 5
        WHEN 'undelivered' THEN 5
        WHEN 'failed' THEN 5
        WHEN 'canceled' THEN 5
        WHEN 'read' THEN 6
    END;

-- The timeline of a delivery, append-only: every answer of Twilio, every callback, every decision. A callback whose
-- delivery nobody knows is kept too, with no delivery_id.
CREATE TABLE textonce.delivery_events (
    id          bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    delivery_id uuid,
    happened_at timestamptz NOT NULL DEFAULT now(),
    kind        text        NOT NULL,
    status      text        NOT NULL,
    message_sid text,
    error_code  integer,
    words       text,

    CONSTRAINT delivery_events_pk PRIMARY KEY (id),
    CONSTRAINT delivery_events_kind_check CHECK (kind IN ('answer', 'callback', 'evidence', 'decision', 'fetch'))
);

CREATE INDEX delivery_events_delivery_id_idx ON textonce.delivery_events (delivery_id, id);

-- Twilio may repeat a callback; a repetition adds nothing.
CREATE UNIQUE INDEX delivery_events_callback_key ON textonce.delivery_events (message_sid, status)
    WHERE kind = 'callback';

-- The locks of files that are being read: one instance reads a file, and another may take over when the lock's
-- holder has not refreshed it for a while.
CREATE TABLE textonce.file_locks (
    path         text        NOT NULL,
    holder       uuid        NOT NULL,
    refreshed_at timestamptz NOT NULL,

    CONSTRAINT file_locks_pk PRIMARY KEY (path)
);
