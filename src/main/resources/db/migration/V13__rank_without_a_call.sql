-- A strict function with a CASE is called for each row; without STRICT the planner writes it into the statement. An
-- unknown word and none have no rank, as before.
CREATE OR REPLACE FUNCTION textonce.status_rank(status text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE status
        WHEN 'rejected' THEN -1
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

