-- The account's circuit: a row while Twilio refuses the account itself (wrong credentials, suspended). While it stands
-- nothing is sent but a probe, one message at a time, by whichever instance takes probe_at first.
CREATE TABLE textonce.circuit (
    account_sid text        NOT NULL,
    code        integer,
    words       text        NOT NULL,
    opened_at   timestamptz NOT NULL DEFAULT now(),
    probe_at    timestamptz NOT NULL,

    CONSTRAINT circuit_pk PRIMARY KEY (account_sid)
);

-- Who told a sender to stop, as Twilio says it (code 21610).
CREATE TABLE textonce.opt_outs (
    phone_hash   bytea       NOT NULL,
    sender       text        NOT NULL,
    source       text        NOT NULL,
    opted_out_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT opt_outs_pk PRIMARY KEY (phone_hash, sender)
);
