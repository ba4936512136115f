-- Deliveries of an erased person whose message may still leave, or is still on its way. Their number and text are needed
-- to find out what became of it; they are erased as soon as that is known. A row goes when nothing is left to do.
CREATE TABLE textonce.erasures (
    delivery_id  uuid        NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT erasures_pk PRIMARY KEY (delivery_id)
);
