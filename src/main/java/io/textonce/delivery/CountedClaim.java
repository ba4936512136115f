package io.textonce.delivery;

import io.textonce.message.Sms;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Claim of messages that caps count. In one statement it claims and counts if one counter of each cap has room for all of
 * its messages; otherwise that statement does nothing, and the claim is repeated in a transaction that locks all counters.
 */
@FunctionalInterface
interface CountedClaim {

    /**
     * Tables in front of a claim: the units of its messages, one counter of each cap, and whether all have room for all
     * of them. The counters are locked before a key is, as every claim does it, so that none waits for another that
     * waits for it.
     */
    String ROOM = """
            units AS MATERIALIZED (SELECT * FROM unnest(?, ?, ?, ?) AS t(claim_id, name, starts_at, units)),
            counters AS MATERIALIZED (
                SELECT name, starts_at, c.stripe, c.used + t.units <= c.quota AS has_room
                FROM (SELECT name, starts_at, sum(units) AS units FROM units GROUP BY name, starts_at) AS t
                    JOIN textonce.cap_counters AS c USING (name, starts_at)
                WHERE c.stripe = ?
                ORDER BY name FOR UPDATE OF c
            ),
            room AS MATERIALIZED (
                SELECT count(*) FILTER (WHERE has_room) = (SELECT count(DISTINCT name) FROM units) AS is_left
                FROM counters
            ),
            """;

    /** Table behind a claim, which counts the units of what was claimed. */
    String COUNTED = """
            ,
            counted AS (
                UPDATE textonce.cap_counters AS c
                SET used = c.used + t.units
                FROM (
                    SELECT name, starts_at, stripe, sum(units) AS units
                    FROM claimed JOIN units USING (claim_id) JOIN counters USING (name, starts_at)
                    WHERE counted_at = now()
                    GROUP BY name, starts_at, stripe) AS t
                WHERE c.name = t.name AND c.starts_at = t.starts_at AND c.stripe = t.stripe
            )
            """;

    /**
     * Claims the messages.
     *
     * @param count how the claim counts them itself, or null if it is not to
     * @return messages that it won to send and did not count itself, with those that were counted before; null if there
     *     was no room, and so nothing was claimed
     */
    @Nullable
    List<Item> claim(@Nullable Count count);

    /**
     * Message of a claim.
     *
     * @param hashes of its number, the newest first
     * @param isCounted whether it was counted before: then only its person's cap applies, for the day it is sent
     */
    record Item(UUID id, Sms sms, byte[][] hashes, boolean isCounted) {}

    /**
     * Parameters of {@link #ROOM}.
     *
     * @param stripe the counter of each cap
     */
    record Count(List<Units> units, int stripe) {

        /** Returns all parameters but the stripe, which follows them. */
        Columns<Units> columns() {
            return new Columns<>(units)
                    .add("uuid", Units::claimId)
                    .add("text", each -> each.cap().name())
                    .add("timestamptz", each -> each.cap().startsAt())
                    .add("int8", Units::units);
        }
    }

    /** Units of a message that a cap counts. */
    record Units(UUID claimId, CapCounters.Use.Key cap, long units) {}
}
