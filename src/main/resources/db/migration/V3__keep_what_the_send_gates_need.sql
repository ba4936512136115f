-- What is looked at again at the moment of sending must be known then, whichever instance sends and whenever: where the
-- consent was given, the quiet hours of the event's policy, the zone that the event or its policy names, and whether
-- the text was called off.
ALTER TABLE textonce.deliveries
    ADD COLUMN consent_source text,
    ADD COLUMN quiet_hours    text,
    ADD COLUMN time_zone      text,
    ADD COLUMN cancelled_at   timestamptz;
