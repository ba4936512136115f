package io.textonce.ledger;

import io.textonce.privacy.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Comparison of two sets of SIDs in constant memory: in each bucket, the fingerprints of both sets cancel out where these
 * are equal. A bucket that is left over has a SID that only one set has, or has more than once.
 */
final class SidBuckets {

    private static final int BITS = 20;

    private final long[] buckets = new long[1 << BITS];
    private int different;

    /** Adds a SID of either set. */
    void add(String sid) {
        long fingerprint = fingerprint(sid);
        int bucket = bucket(fingerprint);
        long before = buckets[bucket];
        buckets[bucket] ^= fingerprint;
        different += (buckets[bucket] == 0 ? 0 : 1) - (before == 0 ? 0 : 1);
    }

    /** Returns whether both sets have all SIDs. */
    boolean areEqual() {
        return different == 0;
    }

    /** Returns whether only one set may have a SID. */
    boolean mayDifferIn(String sid) {
        return buckets[bucket(fingerprint(sid))] != 0;
    }

    private static int bucket(long fingerprint) {
        return (int) (fingerprint >>> (Long.SIZE - BITS));
    }

    private static long fingerprint(String sid) {
        return ByteBuffer.wrap(Sha256.of(sid.getBytes(StandardCharsets.UTF_8))).getLong();
    }
}
