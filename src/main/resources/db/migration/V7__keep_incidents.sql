-- Incidents whose numbers are alerted one after the other until somebody knows: step is whose turn it is, due_at when
-- the next number's turn comes, null once nobody is to be alerted any more.
CREATE TABLE textonce.incidents (
    event_id        text        NOT NULL,
    payload_sha256  bytea       NOT NULL,
    name            text        NOT NULL,
    title           text        NOT NULL,
    url             text,
    asks_reply      boolean     NOT NULL,
    escalate_after  interval    NOT NULL,
    expires_at      timestamptz,
    step            integer     NOT NULL DEFAULT 1,
    due_at          timestamptz,
    acknowledged_at timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT incidents_pk PRIMARY KEY (event_id)
);

-- The worker asks only for those whose next number's turn may come.
CREATE INDEX incidents_due_at_idx ON textonce.incidents (due_at) WHERE due_at IS NOT NULL;

-- An acknowledgement names the incident as people do.
CREATE INDEX incidents_name_idx ON textonce.incidents (name);

-- What is sent to one number: one alert, or a digest of several. A row is a place on the ladder of the storm control.
-- event_id is that of the delivery, so that the same text handed over again is a duplicate there. due_at is when it is
-- handed over again, null once it was.
CREATE TABLE textonce.incident_texts (
    event_id   text        NOT NULL,
    phone_hash bytea       NOT NULL,
    phone      text,
    consent_at timestamptz NOT NULL,
    told_at    timestamptz NOT NULL,
    due_at     timestamptz,

    CONSTRAINT incident_texts_pk PRIMARY KEY (event_id)
);

CREATE INDEX incident_texts_phone_hash_told_at_idx ON textonce.incident_texts (phone_hash, told_at);

CREATE INDEX incident_texts_due_at_idx ON textonce.incident_texts (due_at) WHERE due_at IS NOT NULL;

-- Whom an incident alerts, in order. A number's turn has come when queued_at is set; its alert waits while text_id is
-- null, and all that wait for a number go into its next text.
CREATE TABLE textonce.incident_alerts (
    incident_id text        NOT NULL,
    step        integer     NOT NULL,
    phone       text,
    phone_hash  bytea       NOT NULL,
    consent_at  timestamptz NOT NULL,
    queued_at   timestamptz,
    text_id     text,

    CONSTRAINT incident_alerts_pk PRIMARY KEY (incident_id, step),
    CONSTRAINT incident_alerts_incident_id_fk FOREIGN KEY (incident_id)
        REFERENCES textonce.incidents (event_id) ON DELETE CASCADE,
    CONSTRAINT incident_alerts_text_id_fk FOREIGN KEY (text_id) REFERENCES textonce.incident_texts (event_id)
);

CREATE INDEX incident_alerts_waiting_idx ON textonce.incident_alerts (phone_hash, queued_at)
    WHERE queued_at IS NOT NULL AND text_id IS NULL;

CREATE INDEX incident_alerts_text_id_idx ON textonce.incident_alerts (text_id);
