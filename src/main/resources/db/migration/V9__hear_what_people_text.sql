-- What people text to us, one row a message: Twilio may call twice. A person's STOP and START take effect with the row.
-- Any other text is for another application. The row holds number and text until a queue has them: Twilio is answered
-- when the row is committed, and calls no second time, whether or not the broker is there.
CREATE TABLE textonce.inbound_texts (
    message_sid  text        NOT NULL,
    received_at  timestamptz NOT NULL DEFAULT now(),
    kind         text        NOT NULL,
    phone_masked text        NOT NULL,
    phone_hash   bytea       NOT NULL,
    recipient    text        NOT NULL,
    service      text,
    phone        text,
    body         text,
    publish_at   timestamptz,

    CONSTRAINT inbound_texts_pk PRIMARY KEY (message_sid),
    CONSTRAINT inbound_texts_kind_check CHECK (kind IN ('stop', 'start', 'help', 'text'))
);

CREATE INDEX inbound_texts_publish_at_idx ON textonce.inbound_texts (publish_at) WHERE publish_at IS NOT NULL;

-- Whose texts are erased on request.
CREATE INDEX inbound_texts_phone_hash_idx ON textonce.inbound_texts (phone_hash);

-- What is old goes: by age, and in batches.
CREATE INDEX inbound_texts_received_at_idx ON textonce.inbound_texts (received_at);

-- Deliveries with a number or a text that nothing will be done with any more. A row comes in when it is final, so that
-- a text on its way pays nothing for it.
CREATE INDEX deliveries_to_clear_idx ON textonce.deliveries (id) WHERE phone IS NOT NULL AND due_at IS NULL;
