-- The messages that Twilio has of a person.
SELECT string_agg(message_sid, ',') AS sids
FROM textonce.deliveries
WHERE phone_hash = ANY (CAST(:#hashes AS bytea[]))
