-- Number and segments of the deliveries of a search, counted up to a limit. The conditions are those of delivery-find.sql.
SELECT count(*) AS many, coalesce(sum(segments), 0) AS segments
FROM (
  SELECT d.segments FROM textonce.deliveries AS d
  WHERE (CAST(:#ids AS uuid[]) IS NULL OR d.id = ANY (CAST(:#ids AS uuid[])))
    AND (CAST(:#sid AS text) IS NULL OR d.message_sid = CAST(:#sid AS text))
    AND (CAST(:#eventId AS text) IS NULL OR d.event_id = CAST(:#eventId AS text))
    AND (CAST(:#phoneHashes AS bytea[]) IS NULL OR d.phone_hash = ANY (CAST(:#phoneHashes AS bytea[])))
    AND (CAST(:#statuses AS text[]) IS NULL
      OR d.status = ANY (CAST(:#statuses AS text[])) AND d.stage = ANY (CAST(:#stages AS text[])))
    AND (CAST(:#event AS text) IS NULL OR d.event = CAST(:#event AS text))
    AND (CAST(:#client AS text) IS NULL OR d.client = CAST(:#client AS text))
    AND (CAST(:#code AS integer) IS NULL OR d.error_code = CAST(:#code AS integer))
    AND (CAST(:#country AS text) IS NULL OR d.country = CAST(:#country AS text))
    AND (CAST(:#sender AS text) IS NULL OR d.sender = CAST(:#sender AS text))
    AND (CAST(:#reason AS text) IS NULL OR strpos(lower(d.reason), CAST(:#reason AS text)) > 0)
    AND (CAST(:#listed AS text[]) IS NULL OR d.event_id = ANY (CAST(:#listed AS text[]))
      OR d.id = ANY (CAST(:#listedIds AS uuid[])))
    AND (CAST(:#from AS uuid) IS NULL OR d.id >= CAST(:#from AS uuid))
    AND (CAST(:#to AS uuid) IS NULL OR d.id < CAST(:#to AS uuid))
  LIMIT :#limit
) AS found
