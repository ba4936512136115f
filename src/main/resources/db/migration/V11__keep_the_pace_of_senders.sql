-- When each sender that has a pace is free again, for all instances. An urgent text waits only for other urgent ones,
-- and takes its time from those that are not.
CREATE TABLE textonce.sender_pace (
    sender         text        NOT NULL,
    free_at        timestamptz NOT NULL,
    urgent_free_at timestamptz NOT NULL,

    CONSTRAINT sender_pace_pk PRIMARY KEY (sender)
);

-- The turn that a text was given at its sender's pace. A text that is held until then asks for no other.
ALTER TABLE textonce.deliveries ADD COLUMN turn_at timestamptz;

-- The moments to which the database was set back, as TEXTONCE_RESTORED_TO names them, and when the first instance
-- started with that: what was sent between the two is not in these tables.
CREATE TABLE textonce.restores (
    restored_to timestamptz NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT restores_pk PRIMARY KEY (restored_to)
);
