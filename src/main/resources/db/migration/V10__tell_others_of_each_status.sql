-- What a delivery's status became by an entry of its timeline; null where the entry changed nothing. It is written by
-- the statement that changes the delivery, so the timeline is the outbox of those who are told of each change.
ALTER TABLE textonce.delivery_events ADD COLUMN became text;

-- Who is told: one row a subscriber, the broker's destination or a client's webhook.
--
-- told_id is the last entry that it was told of. An entry with a lower id may still be uncommitted while a higher one
-- can be read. So seen_id is the newest id at some moment, and seen_xid a transaction that began after it: once every
-- older transaction has ended, nothing up to seen_id can come any more.
--
-- One instance works for a subscriber at a time: holder, until leased_until. failed_id is the entry that it did not
-- take, since when and how often in a row; the next try is at next_try_at. Nothing is tried while it is suspended.
CREATE TABLE textonce.subscriptions (
    name          text        NOT NULL,
    told_id       bigint      NOT NULL,
    seen_id       bigint      NOT NULL,
    seen_xid      xid8        NOT NULL,
    holder        uuid,
    leased_until  timestamptz,
    failed_id     bigint,
    failing_since timestamptz,
    failures      integer     NOT NULL DEFAULT 0,
    next_try_at   timestamptz NOT NULL DEFAULT now(),
    last_error    text,
    suspended_at  timestamptz,
    decision      text,

    CONSTRAINT subscriptions_pk PRIMARY KEY (name)
);
