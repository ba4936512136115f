-- How often codes were asked for and tried lately, so that limits hold over all instances. A row is one window of one
-- number, block of numbers or caller; it begins with the first count and counts nothing after ends_at. Numbers and
-- blocks are keyed hashes.
CREATE TABLE textonce.verify_counts (
    kind    text        NOT NULL,
    key     text        NOT NULL,
    count   integer     NOT NULL,
    ends_at timestamptz NOT NULL,

    CONSTRAINT verify_counts_pk PRIMARY KEY (kind, key),
    CONSTRAINT verify_counts_kind_check CHECK (kind IN ('number', 'block', 'caller', 'check'))
);

-- Windows that have ended are removed by the counts that follow.
CREATE INDEX verify_counts_ends_at_idx ON textonce.verify_counts (ends_at);

-- Approved numbers that nobody was told of yet: written before the caller is answered, deleted when the broker has the
-- event. The only place where the full number stands, since the event is about it.
CREATE TABLE textonce.verify_approvals (
    id               uuid        NOT NULL,
    verification_sid text        NOT NULL,
    phone            text        NOT NULL,
    channel          text        NOT NULL,
    caller           text        NOT NULL,
    approved_at      timestamptz NOT NULL DEFAULT now(),
    due_at           timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT verify_approvals_pk PRIMARY KEY (id)
);

CREATE INDEX verify_approvals_due_at_idx ON textonce.verify_approvals (due_at);
