-- Dead letters of last resort: events that can't become an SMS and that no queue keeps. They come from user routes whose
-- source gives each event once, and from the event queue when the dead-letter queue does not take what belongs there.
-- One that comes again is the same row. The body holds what came, numbers included, so it is erased with them.
CREATE TABLE textonce.dead_letters (
    sha256     bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    route      text        NOT NULL,
    event      text,
    reason     text        NOT NULL,
    body       bytea       NOT NULL,

    CONSTRAINT dead_letters_pk PRIMARY KEY (sha256)
);

-- What is old goes: by age, and in batches.
CREATE INDEX dead_letters_created_at_idx ON textonce.dead_letters (created_at);
