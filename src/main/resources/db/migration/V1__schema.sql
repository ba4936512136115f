-- The schema, in the order in which an event meets it: its delivery, the timeline, what restrains sending, what is
-- published, then the add-ons. Times are the database's own (now()); a due_at or *_at column in a partial index is what
-- a background worker polls. Later migrations only add, since the version before them works on the same tables.

-- How far a status has come. A delivery's status only rises. Ours rank below all of Twilio's; an unknown word has no
-- rank and changes nothing. Not STRICT, so that the planner inlines it. Twilio's order:
-- https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
CREATE FUNCTION textonce.status_rank(status text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE status
        WHEN 'rejected' THEN -1
        WHEN 'suppressed' THEN -1
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

-- The stage of a status: from Twilio's acceptance to its last word it is the same.
CREATE FUNCTION textonce.stage(status text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN status IN ('scheduled', 'accepted', 'queued', 'sending', 'sent') THEN 'with_twilio' ELSE status END;

-- The sender of a message without the prefix of its channel: who opts out of a number opts out over all channels.
CREATE FUNCTION textonce.bare_sender(sender text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN regexp_replace(sender, '^(whatsapp|rcs):', '');

-- Deliveries, one row an event: the claim on its one SMS, and its state (docs/state-machine.md). The row is committed
-- before Twilio is called, so that no SMS leaves without one. The unique key is the idempotency key.
--
-- status is one of ours until Twilio has given a SID, then Twilio's own word. due_at is when a background worker takes
-- the row: the end of the lease (reserved), the next attempt (held), the next check (unknown), the next status poll
-- (with Twilio). A row without due_at has ended or waits for an operator.
CREATE TABLE textonce.deliveries (
    -- The event and the client that it came from. reference is what people call its subject, such as an order's number:
    -- the field that the event's schema marks with x-reference.
    id                    uuid        NOT NULL,
    event                 text        NOT NULL,
    event_id              text        NOT NULL,
    payload_sha256        bytea       NOT NULL,
    source                text        NOT NULL,
    client                text,
    reference             text,
    created_at            timestamptz NOT NULL DEFAULT now(),

    -- The message. Number and body are kept only while they are needed; with a contentSid the body holds the variables
    -- of Twilio's template, and with media their URLs behind the text. The sender has its channel's prefix. The hash is
    -- keyed, for lookups. The country is the number's, in two letters; the language is the text's.
    sender                text        NOT NULL,
    country               text,
    language              text,
    phone                 text,
    phone_masked          text        NOT NULL,
    phone_hash            bytea       NOT NULL,
    body                  text,
    segments              integer,

    -- The event's policy, checked again at the moment of sending by whichever instance sends. twilio_options are the
    -- request's further parameters, such as 'shortenUrls=true smartEncoded=true', and of the policy what has no column.
    purpose               text        NOT NULL,
    consent_at            timestamptz NOT NULL,
    consent_source        text,
    quiet_hours           text,
    time_zone             text,
    expires_at            timestamptz,
    on_unknown            text        NOT NULL,
    reconciliation_window interval,
    twilio_options        text,

    -- The state. attempt is the fencing token of an attempt's lease. slot_at is the slot of the sender's rate limit
    -- that the message is held for. cancel_requested_at also covers STOP and erasure. counted_at is when caps counted the
    -- message; -infinity since its person's cap has held or rejected it.
    status                text        NOT NULL,
    attempt               integer     NOT NULL,
    attempted_at          timestamptz NOT NULL,
    counted_at            timestamptz,
    unknown_since         timestamptz,
    due_at                timestamptz,
    slot_at               timestamptz,
    cancel_requested_at   timestamptz,
    message_sid           text,
    error_code            integer,
    reason                text,
    updated_at            timestamptz NOT NULL DEFAULT now(),

    -- As the indexes know the status. A status on Twilio's way changes no indexed column.
    stage                 text        NOT NULL GENERATED ALWAYS AS (textonce.stage(status)) STORED,

    -- Urgent messages precede the others wherever some wait.
    is_urgent             boolean     NOT NULL
        GENERATED ALWAYS AS (coalesce(' ' || twilio_options || ' ' LIKE '% urgent=true %', false)) STORED,

    CONSTRAINT deliveries_pk PRIMARY KEY (id),
    CONSTRAINT deliveries_event_id_event_key UNIQUE (event_id, event),
    -- Deferrable, so that one statement can give a SID back to the delivery that it really belongs to.
    CONSTRAINT deliveries_message_sid_key UNIQUE (message_sid) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT deliveries_on_unknown_check CHECK (on_unknown IN ('resend', 'hold', 'drop')),
    CONSTRAINT deliveries_status_check CHECK (status IN ('reserved', 'held', 'unknown', 'rejected',
        'suppressed', 'scheduled', 'accepted', 'queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'canceled',
        'read')),
    -- A message that is canceled before Twilio has it is canceled without a SID.
    CONSTRAINT deliveries_ours_without_sid_check CHECK (
        status = 'canceled'
        OR (message_sid IS NULL) = (status IN ('reserved', 'held', 'unknown', 'rejected', 'suppressed')))
)
WITH (
    -- Room for the next version of a row on its page: an update that changes no indexed column then writes no index
    -- (HOT).
    fillfactor = 70,
    -- Each row is updated twice or more in its first seconds. A fifth of the table, the default, would be weeks of dead
    -- versions and a plan made for last month.
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02
);

-- The background workers lease what is due, one stage at a time, urgent messages first. Each poll continues behind the last
-- row of the one before, so the id makes the order of rows that are due at the same time certain.
CREATE INDEX deliveries_stage_is_urgent_due_at_id_idx ON textonce.deliveries (stage, is_urgent, due_at, id)
    WHERE due_at IS NOT NULL;

-- What is to be canceled at Twilio does not wait behind the polls of what has no callbacks.
CREATE INDEX deliveries_to_cancel_idx ON textonce.deliveries (stage, is_urgent, due_at, id)
    WHERE due_at IS NOT NULL AND cancel_requested_at IS NOT NULL;

-- A person's messages: support's lookup, STOP, erasure, and reconciliation of equal messages to one number.
CREATE INDEX deliveries_phone_hash_idx ON textonce.deliveries (phone_hash, id);

-- Support searches by the beginning of what a customer reads out, in any case.
CREATE INDEX deliveries_event_id_prefix_idx ON textonce.deliveries (lower(event_id) COLLATE "C");
CREATE INDEX deliveries_reference_prefix_idx ON textonce.deliveries (lower(reference) COLLATE "C")
    WHERE reference IS NOT NULL;

-- Support lists what did not arrive. Only those rows pay for these indexes.
CREATE INDEX deliveries_not_delivered_idx ON textonce.deliveries (stage, id)
    WHERE stage IN ('rejected', 'suppressed', 'undelivered', 'failed', 'canceled');
CREATE INDEX deliveries_error_code_idx ON textonce.deliveries (error_code, id) WHERE error_code IS NOT NULL;

-- What is on hold and what is unknown is counted for the dashboard and for alerts, with the oldest of each.
CREATE INDEX deliveries_open_idx ON textonce.deliveries (stage, created_at) WHERE stage IN ('held', 'unknown');

-- The oldest of them that does not wait for its time only; what is due by now is found by its due_at.
CREATE INDEX deliveries_late_idx ON textonce.deliveries (stage, created_at)
    WHERE stage IN ('held', 'unknown') AND (attempt = 1 AND counted_at IS NULL AND due_at IS NOT NULL) IS NOT TRUE;

-- Retention clears the number and the body of what has ended.
CREATE INDEX deliveries_to_clear_idx ON textonce.deliveries (id) WHERE phone IS NOT NULL AND due_at IS NULL;

-- Timeline of the deliveries, append-only: every answer of Twilio, every callback, every decision. A callback of an
-- unknown delivery is kept too, without a delivery_id.
--
-- A notice of a cap (kind cap) belongs to no delivery either; its detail is the data of its status event, in JSON, and its
-- actor a client that gets it.
--
-- status is what the entry reports; new_status is the delivery's status if the entry changed it, written by the
-- statement that changed it. So the timeline is also the outbox of status changes. actor is the operator and action what
-- was done; until is the end of a hold. An answer has the call that it belongs to: when it was made, and the HTTP status
-- and request id of Twilio's response, null without one.
CREATE TABLE textonce.delivery_events (
    id          bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    delivery_id uuid,
    happened_at timestamptz NOT NULL DEFAULT now(),
    kind        text        NOT NULL,
    status      text        NOT NULL,
    new_status  text,
    message_sid text,
    error_code  integer,
    detail      text,
    actor       text,
    action      text,
    until       timestamptz,
    called_at   timestamptz,
    http_status integer,
    request_id  text,

    CONSTRAINT delivery_events_pk PRIMARY KEY (id),
    CONSTRAINT delivery_events_kind_check
        CHECK (kind IN ('answer', 'callback', 'reconciliation', 'poll', 'decision', 'operator', 'cap'))
)
WITH (
    -- Rows are never updated, so vacuum comes for the inserts: small and frequent, while the pages are still in memory,
    -- and not once for all of them before the transaction ids wrap around.
    autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02
);

CREATE INDEX delivery_events_delivery_id_idx ON textonce.delivery_events (delivery_id, id);

-- Twilio may repeat a callback; a repetition adds nothing.
CREATE UNIQUE INDEX delivery_events_callback_key ON textonce.delivery_events (message_sid, status)
    WHERE kind = 'callback';

-- Deliveries whose person was erased while the message was under way. Number and body are needed until the outcome is
-- known, and erased then. A row is deleted when nothing is left to erase.
CREATE TABLE textonce.erasures (
    delivery_id  uuid        NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT erasures_pk PRIMARY KEY (delivery_id)
);

-- Erasures of persons whose lines each instance removes from the reject files of its own inbox. last_digits makes that
-- fast: only numbers that end so are hashed. Retention deletes a row after a day.
CREATE TABLE textonce.file_erasures (
    id           uuid        NOT NULL,
    phone_hashes bytea[]     NOT NULL,
    last_digits  text        NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT file_erasures_pk PRIMARY KEY (id)
);

-- Opt-outs from a sender, without the prefix of a channel; received as STOP (person), found out by Twilio's rejection
-- 21610 (twilio), or imported from another source, which its importer names.
CREATE TABLE textonce.opt_outs (
    phone_hash   bytea       NOT NULL,
    sender       text        NOT NULL,
    source       text        NOT NULL,
    opted_out_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT opt_outs_pk PRIMARY KEY (phone_hash, sender),
    CONSTRAINT opt_outs_source_check CHECK (char_length(source) BETWEEN 1 AND 60)
);

-- Circuit breaker of the Twilio account: a row while it is open, because Twilio rejects the account itself. Nothing is
-- sent then but half-open probes, one at a time, by the instance that moves probe_at on.
CREATE TABLE textonce.circuit_breakers (
    account_sid text        NOT NULL,
    reason      text        NOT NULL,
    probe_at    timestamptz NOT NULL,

    CONSTRAINT circuit_breakers_pk PRIMARY KEY (account_sid)
);

-- Rate limits of senders, over all instances: the next free slot of each. Urgent messages queue only behind urgent
-- ones, and take their time from the others. Only the key is indexed, so every update is HOT.
CREATE TABLE textonce.sender_rate_limits (
    sender              text        NOT NULL,
    next_free_at        timestamptz NOT NULL,
    urgent_next_free_at timestamptz NOT NULL,

    CONSTRAINT sender_rate_limits_pk PRIMARY KEY (sender)
);

-- Caps by period, which begins at starts_at: the limit of the settings, by how much operators have raised it, and since
-- when subscribers know that it is nearly used up or reached.
CREATE TABLE textonce.caps (
    name             text        NOT NULL,
    starts_at        timestamptz NOT NULL,
    configured_limit bigint      NOT NULL,
    raised_by        bigint      NOT NULL DEFAULT 0,
    warned_at        timestamptz,
    reached_at       timestamptz,

    CONSTRAINT caps_pk PRIMARY KEY (name, starts_at)
);

-- Striped counters of caps. A claim counts in one of them, up to its quota; the quotas of a cap never exceed its limit
-- together. Only the key is indexed, so every count is HOT.
CREATE TABLE textonce.cap_counters (
    name      text        NOT NULL,
    starts_at timestamptz NOT NULL,
    stripe    integer     NOT NULL,
    used      bigint      NOT NULL DEFAULT 0,
    quota     bigint      NOT NULL DEFAULT 0,

    CONSTRAINT cap_counters_pk PRIMARY KEY (name, starts_at, stripe),
    CONSTRAINT cap_counters_cap_fk FOREIGN KEY (name, starts_at)
        REFERENCES textonce.caps (name, starts_at) ON DELETE CASCADE
)
WITH (fillfactor = 50);

-- Servers that have had these tables, each by PostgreSQL's system identifier and timeline. A promoted standby and a
-- restored backup have a new timeline: the newest commits may be missing then.
CREATE TABLE textonce.database_servers (
    server        text        NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT database_servers_pk PRIMARY KEY (server)
);

-- Restores: the moment from which on commits may be missing, and the first start after it. What was sent between the two
-- is not in these tables. server is the one that was recognized to lack commits, null if an operator announced the restore
-- (TEXTONCE_RESTORED_TO).
CREATE TABLE textonce.restores (
    restored_to timestamptz NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT now(),
    server      text,

    CONSTRAINT restores_pk PRIMARY KEY (restored_to),
    CONSTRAINT restores_server_key UNIQUE (server)
);

-- Comparison of Twilio's message log with the deliveries, one row a day in UTC. One instance compares a day at a time:
-- holder, until leased_until. listed is the number of messages of our senders that Twilio has. Rows are kept for 90 days.
CREATE TABLE textonce.ledger_days (
    day          date        NOT NULL,
    holder       uuid,
    leased_until timestamptz,
    compared_at  timestamptz,
    listed       bigint,

    CONSTRAINT ledger_days_pk PRIMARY KEY (day)
);

-- Differences that a comparison found: an unexplained message is at Twilio and has no delivery; for a missing one it is
-- the other way around. A difference counts only while it is true: reconciliation may still assign the message to its
-- delivery. sent_at is Twilio's time of an unexplained message, and the time of the attempt of a missing one. Neither
-- number nor text is stored; sender is ours. Rows are kept for 90 days.
CREATE TABLE textonce.ledger_differences (
    message_sid text        NOT NULL,
    kind        text        NOT NULL,
    sender      text        NOT NULL,
    sent_at     timestamptz NOT NULL,
    found_at    timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT ledger_differences_pk PRIMARY KEY (message_sid),
    CONSTRAINT ledger_differences_kind_check CHECK (kind IN ('unexplained', 'missing'))
);

-- Lag of Twilio's message list, the longest of the samples of a day in UTC: the time from the response that has a SID to
-- the first list that has it, too. Reconciliation assumes a bound of it. Rows are kept for 90 days.
CREATE TABLE textonce.list_lags (
    day     date     NOT NULL,
    longest interval NOT NULL,
    samples bigint   NOT NULL,

    CONSTRAINT list_lags_pk PRIMARY KEY (day)
);

-- Outbox cursors, one row a subscriber: the broker's destination or a client's webhook.
--
-- published_id is the last timeline entry that was published. An entry with a lower id may still be uncommitted while a
-- higher one is visible. So safe_id is the newest id at some moment, and safe_xid a transaction that began after it:
-- once every older transaction has ended, no entry up to safe_id can appear any more.
--
-- One instance publishes to a subscriber at a time: holder, until leased_until. failed_id is the entry that was not
-- acknowledged, since when and how often in a row; the next try is at next_try_at. Nothing is tried while it is
-- suspended. decision is an operator's last one; answers are the subscriber's last ones, with their latency. Only the key
-- is indexed, so every update is HOT.
CREATE TABLE textonce.outbox_cursors (
    name          text        NOT NULL,
    published_id  bigint      NOT NULL,
    safe_id       bigint      NOT NULL,
    safe_xid      xid8        NOT NULL,
    holder        uuid,
    leased_until  timestamptz,
    failed_id     bigint,
    failing_since timestamptz,
    failures      integer     NOT NULL DEFAULT 0,
    next_try_at   timestamptz NOT NULL DEFAULT now(),
    last_error    text,
    suspended_at  timestamptz,
    decision      text,
    begun_at      timestamptz NOT NULL DEFAULT now(),
    answers       jsonb       NOT NULL DEFAULT '[]',

    CONSTRAINT outbox_cursors_pk PRIMARY KEY (name)
);

-- Read locks of the file intake: one instance reads a file, and another may take over when the holder has not refreshed
-- the lock for a while. Only the key is indexed, so every refresh is HOT.
CREATE TABLE textonce.file_locks (
    path         text        NOT NULL,
    holder       uuid        NOT NULL,
    refreshed_at timestamptz NOT NULL,

    CONSTRAINT file_locks_pk PRIMARY KEY (path)
);

-- Runs through dropped files, each with its progress and what became of it. path is the file's name in the inbox, results
-- that of the result file beside it in done/. A run without an end was killed; the file is read again then.
CREATE TABLE textonce.file_runs (
    id            uuid        NOT NULL,
    path          text        NOT NULL,
    event         text        NOT NULL,
    state         text        NOT NULL DEFAULT 'reading',
    started_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    size          bigint      NOT NULL,
    position      bigint      NOT NULL DEFAULT 0,
    lines         bigint      NOT NULL DEFAULT 0,
    rejected      bigint      NOT NULL DEFAULT 0,
    results       text,
    final_results text,

    CONSTRAINT file_runs_pk PRIMARY KEY (id),
    CONSTRAINT file_runs_state_check CHECK (state IN ('reading', 'done', 'stopped'))
);

-- Dead letters of last resort: events that can't become an SMS and that no queue keeps. They come from user routes
-- whose source gives each event once, and from the event queue when the dead-letter queue does not take what belongs
-- there. A repeated one is the same row. The body holds what came, numbers included, so it is erased with them.
CREATE TABLE textonce.dead_letters (
    sha256     bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    route      text        NOT NULL,
    event      text,
    reason     text        NOT NULL,
    body       bytea       NOT NULL,

    CONSTRAINT dead_letters_pk PRIMARY KEY (sha256)
);

-- Retention purges by age, in batches.
CREATE INDEX dead_letters_created_at_idx ON textonce.dead_letters (created_at);

-- Leases of dead letters, of whichever place: of operators who replay or discard the same one, one does. A row lasts as
-- long as the action; that of an instance that ended is void after its time.
CREATE TABLE textonce.dead_letter_leases (
    letter_sha256 bytea       NOT NULL,
    holder        uuid        NOT NULL,
    leased_until  timestamptz NOT NULL,

    CONSTRAINT dead_letter_leases_pk PRIMARY KEY (letter_sha256)
);

-- Rejected events: what their sender received as the reason. Such an event has no delivery, so this is where support
-- finds it. No value of it is kept but its id, masked, and its number, masked and as a keyed hash. field is the first
-- field that was wrong. Rows are kept for days; ids rise with time, so the oldest are purged by id.
CREATE TABLE textonce.rejected_events (
    id           uuid        NOT NULL,
    rejected_at  timestamptz NOT NULL DEFAULT now(),
    source       text        NOT NULL,
    client       text,
    event        text,
    event_id     text,
    phone_masked text,
    phone_hash   bytea,
    field        text,
    reason       text        NOT NULL,

    CONSTRAINT rejected_events_pk PRIMARY KEY (id)
);

CREATE INDEX rejected_events_event_id_prefix_idx ON textonce.rejected_events (lower(event_id) COLLATE "C");
CREATE INDEX rejected_events_phone_hash_idx ON textonce.rejected_events (phone_hash) WHERE phone_hash IS NOT NULL;

-- Audit of the operators: what each did, and whose messages each saw. Ids rise with time. A person is found by the keyed
-- hash of the number, which is erased with the person's data; the masked number stays.
CREATE TABLE textonce.audit_entries (
    id           uuid        NOT NULL,
    happened_at  timestamptz NOT NULL DEFAULT now(),
    actor        text        NOT NULL,
    verb         text        NOT NULL,
    delivery_id  uuid,
    phone_masked text,
    phone_hash   bytea,
    detail       text,

    CONSTRAINT audit_entries_pk PRIMARY KEY (id)
);

CREATE INDEX audit_entries_phone_hash_idx ON textonce.audit_entries (phone_hash) WHERE phone_hash IS NOT NULL;

-- Bulk actions: one action of an operator on all messages of a filter. id is that of the preview, so that a confirmation
-- that is sent twice is one action. Nothing begins before starts_at, so that it can be undone.
CREATE TABLE textonce.bulk_actions (
    id          uuid        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    action      text        NOT NULL,
    actor       text        NOT NULL,
    reason      text        NOT NULL,
    filter      text        NOT NULL,
    messages    integer     NOT NULL,
    starts_at   timestamptz NOT NULL,
    undone_at   timestamptz,
    undone_by   text,
    finished_at timestamptz,

    CONSTRAINT bulk_actions_pk PRIMARY KEY (id),
    CONSTRAINT bulk_actions_action_check CHECK (action IN ('resend', 'release', 'drop', 'cancel', 'erase'))
);

-- Any instance continues what is not finished.
CREATE INDEX bulk_actions_open_idx ON textonce.bulk_actions (id) WHERE finished_at IS NULL;

-- Messages of the bulk actions. The transaction that changes the message writes the outcome, so each is acted on at most
-- once; outcome is null before. attempt is the message's at the confirmation: one that was attempted since is skipped.
CREATE TABLE textonce.bulk_items (
    bulk_id     uuid        NOT NULL,
    delivery_id uuid        NOT NULL,
    attempt     integer     NOT NULL,
    outcome     text,
    detail      text,
    acted_at    timestamptz,

    CONSTRAINT bulk_items_pk PRIMARY KEY (bulk_id, delivery_id),
    CONSTRAINT bulk_items_bulk_id_fk FOREIGN KEY (bulk_id) REFERENCES textonce.bulk_actions (id) ON DELETE CASCADE,
    CONSTRAINT bulk_items_outcome_check CHECK (outcome IN ('acted', 'skipped', 'failed', 'undo', 'undone'))
);

-- What is left to do, and to undo.
CREATE INDEX bulk_items_open_idx ON textonce.bulk_items (bulk_id, delivery_id) WHERE outcome IS NULL OR outcome = 'undo';

-- Inbound messages, one row each: Twilio may call twice. STOP and START take effect with the row. Any other message is
-- for another application; number and body are kept until its queue has them (publish_at), since Twilio is answered
-- when the row is committed and does not repeat, broker or not.
CREATE TABLE textonce.inbound_messages (
    message_sid text        NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    kind        text        NOT NULL,
    phone_hash  bytea       NOT NULL,
    recipient   text        NOT NULL,
    service     text,
    phone       text,
    body        text,
    publish_at  timestamptz,

    CONSTRAINT inbound_messages_pk PRIMARY KEY (message_sid),
    CONSTRAINT inbound_messages_kind_check CHECK (kind IN ('stop', 'start', 'help', 'text'))
);

CREATE INDEX inbound_messages_publish_at_idx ON textonce.inbound_messages (publish_at) WHERE publish_at IS NOT NULL;

-- Erasure, and a START that is newer than an attempt.
CREATE INDEX inbound_messages_phone_hash_idx ON textonce.inbound_messages (phone_hash);

-- Retention purges by age, in batches.
CREATE INDEX inbound_messages_received_at_idx ON textonce.inbound_messages (received_at);

-- Incidents whose recipients are alerted one after the other until one acknowledges: step is the recipient whose turn
-- it is, due_at when the next one's begins, null once it is over.
CREATE TABLE textonce.incidents (
    event_id             text        NOT NULL,
    payload_sha256       bytea       NOT NULL,
    name                 text        NOT NULL,
    title                text        NOT NULL,
    url                  text,
    needs_acknowledgment boolean     NOT NULL,
    escalate_after       interval    NOT NULL,
    expires_at           timestamptz,
    step                 integer     NOT NULL DEFAULT 1,
    due_at               timestamptz,
    acknowledged_at      timestamptz,
    created_at           timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT incidents_pk PRIMARY KEY (event_id)
);

CREATE INDEX incidents_due_at_idx ON textonce.incidents (due_at) WHERE due_at IS NOT NULL;

-- A reply acknowledges an incident by its name, in upper or lower case.
CREATE INDEX incidents_name_idx ON textonce.incidents (upper(name));

-- Acknowledgments by reply, stored before the response to Twilio, which does not repeat them: a row stays until the
-- incidents that it acknowledges could be written. words are those behind ACK; the hashes are the person's by all keys.
CREATE TABLE textonce.incident_replies (
    message_sid  text        NOT NULL,
    phone_hashes bytea[]     NOT NULL,
    words        text[]      NOT NULL,
    received_at  timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,

    CONSTRAINT incident_replies_pk PRIMARY KEY (message_sid)
);

-- Alert messages: one alert, or a digest of several, to one number. Each counts for the tiered rate limit of its
-- number. event_id is that of the delivery, so that a message that is handed over again is a duplicate there. due_at is
-- when it is handed over again, null once it was.
CREATE TABLE textonce.incident_messages (
    event_id   text        NOT NULL,
    phone_hash bytea       NOT NULL,
    phone      text,
    consent_at timestamptz NOT NULL,
    alerted_at timestamptz NOT NULL,
    due_at     timestamptz,

    CONSTRAINT incident_messages_pk PRIMARY KEY (event_id)
);

CREATE INDEX incident_messages_phone_hash_alerted_at_idx ON textonce.incident_messages (phone_hash, alerted_at);

CREATE INDEX incident_messages_due_at_idx ON textonce.incident_messages (due_at) WHERE due_at IS NOT NULL;

-- The recipients of an incident, in order. A recipient's turn has come when queued_at is set; the alert waits while
-- message_id is null, and all that wait for a number go into its next message.
CREATE TABLE textonce.incident_alerts (
    incident_id text        NOT NULL,
    step        integer     NOT NULL,
    phone       text,
    phone_hash  bytea       NOT NULL,
    consent_at  timestamptz NOT NULL,
    queued_at   timestamptz,
    message_id  text,

    CONSTRAINT incident_alerts_pk PRIMARY KEY (incident_id, step),
    CONSTRAINT incident_alerts_incident_id_fk FOREIGN KEY (incident_id)
        REFERENCES textonce.incidents (event_id) ON DELETE CASCADE,
    CONSTRAINT incident_alerts_message_id_fk FOREIGN KEY (message_id)
        REFERENCES textonce.incident_messages (event_id)
);

CREATE INDEX incident_alerts_waiting_idx ON textonce.incident_alerts (phone_hash, queued_at)
    WHERE queued_at IS NOT NULL AND message_id IS NULL;

CREATE INDEX incident_alerts_message_id_idx ON textonce.incident_alerts (message_id);

-- Counters of the verification rate limits, over all instances: one window of one number, block of numbers or caller.
-- It begins with the first count and ends at ends_at. Numbers and blocks are keyed hashes. A count within a window
-- changes no indexed column, so it is HOT.
CREATE TABLE textonce.verify_counts (
    kind    text        NOT NULL,
    key     text        NOT NULL,
    count   integer     NOT NULL,
    ends_at timestamptz NOT NULL,

    CONSTRAINT verify_counts_pk PRIMARY KEY (kind, key),
    CONSTRAINT verify_counts_kind_check CHECK (kind IN ('number', 'block', 'caller', 'check'))
);

-- The counts that follow delete the windows that have ended.
CREATE INDEX verify_counts_ends_at_idx ON textonce.verify_counts (ends_at);

-- Approved numbers until they are published: written before the caller is answered, deleted when the broker has the
-- event. The number is stored in full, since the event is about it.
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
