package io.textonce.delivery;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;

/** Ids that rise with time (RFC 9562, version 7), so that the newest rows of the table are adjacent. */
public final class DeliveryId {

    private static final long LAST_SECOND = (1L << 48) / 1_000 - 1;

    private static final SecureRandom RANDOM = new SecureRandom();

    private DeliveryId() {}

    /** Returns the smallest id of a time; there are none from before 1970, nor from where their 48 bits of time end. */
    public static UUID first(Instant at) {
        long second = Math.max(0, Math.min(at.getEpochSecond(), LAST_SECOND));
        long millis = second == at.getEpochSecond() ? at.toEpochMilli() : second * 1_000;
        return new UUID((millis << 16) | 0x7000L, 0x8000000000000000L);
    }

    /** Returns a new id of a time. */
    public static UUID next(long epochMillis) {
        long random = RANDOM.nextLong();
        long high = (epochMillis << 16) | 0x7000L | (random & 0x0FFFL);
        long low = 0x8000000000000000L | (RANDOM.nextLong() >>> 2);
        return new UUID(high, low);
    }
}
