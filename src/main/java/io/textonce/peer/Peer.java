package io.textonce.peer;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Availability of one peer, known from the outcomes of calls to it. It is unavailable once no call has succeeded for some
 * seconds, so single failures among successes change nothing, and until a call succeeds. The log has one outage of a peer
 * that comes and goes every few seconds.
 */
public final class Peer {

    /** Time without a success after which failures mean that the peer is unavailable. */
    static final Duration GRACE = Duration.ofSeconds(5);

    /** Time for which a peer must be available again before the log has the end of its outage. */
    static final Duration STEADY = Duration.ofSeconds(15);

    /** Time without a call after which nothing is known any more; longer than the longest interval of retries. */
    static final Duration STALE = Duration.ofMinutes(15);

    /** Time after a success for which the peer counts as available to this instance; probes are far more frequent. */
    static final Duration KNOWN = Duration.ofMinutes(2);

    private static final Logger LOG = LoggerFactory.getLogger(Peer.class);

    private final String name;
    private final String title;
    private final String consequence;
    private final Clock clock;

    private volatile Instant succeededAt = Instant.EPOCH;

    /** False while the peer responds without being of use: then successes do not count. */
    private volatile boolean usable = true;

    /** True if an outage ends only once the peer is found {@link #usable}. */
    private volatile boolean confirmed;

    /** The failures since the last success, or null. */
    private volatile @Nullable Failing failing;

    /** The outage that was logged and whose end was not, or null. */
    private @Nullable Outage outage;

    Peer(String name, String title, String consequence, Clock clock) {
        this.name = name;
        this.title = title;
        this.consequence = consequence;
        this.clock = clock;
    }

    String name() {
        return name;
    }

    /** Requires that the peer is found {@link #usable} before an outage is over: a call that succeeds may need less of it. */
    void confirmRecovery() {
        confirmed = true;
    }

    /** Records that a call succeeded. */
    public void succeeded() {
        if (!usable) {
            return;
        }
        succeededAt = clock.instant();
        if (failing != null) {
            recover();
        }
    }

    /** Records that the peer responds, but does not do what it is needed for, until it is {@link #usable} again. */
    void unusable(String cause) {
        usable = false;
        failed(cause);
    }

    boolean isUsable() {
        return usable;
    }

    void usable() {
        usable = true;
        succeeded();
    }

    /**
     * Records that a call failed because of the peer.
     *
     * @param cause in few words, without personal data
     */
    public synchronized void failed(String cause) {
        var now = clock.instant();
        var before = failing;
        if (before == null || isStale(before, now)) {
            failing = new Failing(now, now, 1, cause, false);
            return;
        }
        boolean unavailable =
                before.unavailable || Duration.between(before.since, now).compareTo(GRACE) >= 0;
        failing = new Failing(before.since, now, before.failures + 1, cause, unavailable);
        if (unavailable && !before.unavailable) {
            usable = usable && !confirmed;
            begin(before.since, cause);
        }
    }

    public boolean isUp() {
        return unavailable() == null;
    }

    /** Returns 0 while the peer is unavailable, 1 if a call succeeded lately, and NaN if nothing is known. */
    double value() {
        if (!isUp()) {
            return 0;
        }
        return succeededAt.plus(KNOWN).isBefore(clock.instant()) ? Double.NaN : 1;
    }

    /** Returns the state in words: {@code up}, or since when and why the peer is unavailable, and what waits. */
    String words() {
        var unavailable = unavailable();
        return unavailable == null
                ? "up"
                : "unavailable since " + seconds(unavailable.since) + ": " + unavailable.cause + " ("
                        + unavailable.failures + " failures). " + consequence;
    }

    private @Nullable Failing unavailable() {
        var now = failing;
        return now == null || !now.unavailable || isStale(now, clock.instant()) ? null : now;
    }

    private void begin(Instant since, String cause) {
        var logged = outage;
        if (logged == null) {
            outage = new Outage(since, 0, null);
            LOG.warn("{} is unavailable since {}: {}. {}", title, seconds(since), cause, consequence);
        } else {
            outage = new Outage(logged.since, logged.failures, null);
        }
    }

    private synchronized void recover() {
        var before = failing;
        failing = null;
        var logged = outage;
        if (before != null && logged != null) {
            outage = new Outage(
                    logged.since,
                    logged.failures + before.failures,
                    logged.endedAt == null ? clock.instant() : logged.endedAt);
        }
    }

    /** Logs the end of an outage, once the peer has been available for a while. */
    synchronized void logEnd() {
        var logged = outage;
        if (logged != null && logged.endedAt != null && !clock.instant().isBefore(logged.endedAt.plus(STEADY))) {
            outage = null;
            LOG.info(
                    "{} is available again after {} s and {} failures",
                    title,
                    Duration.between(logged.since, logged.endedAt).toSeconds(),
                    logged.failures);
        }
    }

    private static boolean isStale(Failing failing, Instant now) {
        return Duration.between(failing.last, now).compareTo(STALE) > 0;
    }

    private static Instant seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }

    private record Failing(Instant since, Instant last, long failures, String cause, boolean unavailable) {}

    /** @param endedAt when a call succeeded again, or null while none does */
    private record Outage(
            Instant since, long failures, @Nullable Instant endedAt) {}
}
