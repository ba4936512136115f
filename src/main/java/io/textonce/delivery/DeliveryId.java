package io.textonce.delivery;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;

/** Ids that rise with time (RFC 9562, version 7), so that the newest rows of the table are adjacent. */
public final class DeliveryId {

    private static final SecureRandom RANDOM = new SecureRandom();

    private DeliveryId() {}

    /** Returns the smallest id of a time; there are none from before 1970. */
    public static UUID first(Instant at) {
        return new UUID((Math.max(0, at.toEpochMilli()) << 16) | 0x7000L, 0x8000000000000000L);
    }

    /** Returns a new id of a time. */
    public static UUID next(long epochMillis) {
        long random = RANDOM.nextLong();
        long high = (epochMillis << 16) | 0x7000L | (random & 0x0FFFL);
        long low = 0x8000000000000000L | (RANDOM.nextLong() >>> 2);
        return new UUID(high, low);
    }
}
