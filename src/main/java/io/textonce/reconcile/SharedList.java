package io.textonce.reconcile;

import io.textonce.delivery.Candidates;
import io.textonce.delivery.DueDelivery;
import io.textonce.message.Sender;
import io.textonce.twilio.TwilioFailure;
import io.textonce.twilio.TwilioMessages;
import io.textonce.twilio.TwilioMessages.Seen;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Cache of Twilio's message list of all numbers, for many unknown outcomes at once, as after an outage. Each of them takes
 * several checks; with a call of its own for each check they would crowd out the sends. This list is read with one call at
 * a time, and only while it takes fewer calls than they would. An urgent message does not wait for it.
 */
@Component
final class SharedList {

    private static final Logger LOG = LoggerFactory.getLogger(SharedList.class);

    /** Number of unknown outcomes from which on they share a list. */
    static final int LEAST = 100;

    private static final Duration MOST_AGE = Duration.ofMinutes(1);

    /** Interval between counts of the unknown outcomes. */
    private static final Duration COUNT_INTERVAL = Duration.ofSeconds(5);

    /** Interval of the attempts to read a list that could not be read, or was too long. */
    private static final Duration PAUSE = Duration.ofMinutes(5);

    /** Longest time that a list may begin before the attempt of a delivery. */
    private static final Duration MOST_LEAD = Duration.ofMinutes(20);

    /** Difference between two measurements of the clocks, by which another delivery of the same time needs an earlier list. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private final TwilioMessages messages;
    private final Candidates candidates;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile @Nullable Snapshot snapshot;
    private volatile long nextNanos = System.nanoTime();

    SharedList(TwilioMessages messages, Candidates candidates) {
        this.messages = messages;
        this.candidates = candidates;
    }

    /** Returns whether a list is being read: what is not urgent is better leased when it is there. */
    boolean isBeingRead() {
        return reading.isLocked();
    }

    /**
     * Returns Twilio's messages to the delivery's number since a time, or null while a list is being read.
     *
     * @throws TwilioFailure when the list can't be read to its end
     */
    @Nullable
    Listed sentTo(DueDelivery due, Instant since) {
        if (!due.sms().policy().isUrgent()) {
            if (!isFresh(snapshot) && nextNanos - System.nanoTime() <= 0) {
                if (!reading.tryLock()) {
                    return null;
                }
                try {
                    snapshot = read(due, since);
                } finally {
                    reading.unlock();
                }
            }
            var shared = snapshot;
            if (shared != null && isFresh(shared) && !since.isBefore(shared.since)) {
                return new Listed(all(due, address -> shared.byAddress.getOrDefault(address, List.of())), shared.age());
            }
        }
        return new Listed(all(due, address -> messages.sentTo(address, since)), Duration.ZERO);
    }

    /** Returns the messages to all addresses that the delivery's number may have in the list, in the order of creation. */
    private static List<Seen> all(DueDelivery due, Function<String, List<Seen>> messages) {
        return new Sender(due.sender())
                .listedAs(due.phone()).stream()
                        .flatMap(address -> messages.apply(address).stream())
                        .sorted(Comparator.comparing(Seen::createdAt))
                        .toList();
    }

    private static boolean isFresh(@Nullable Snapshot snapshot) {
        return snapshot != null && snapshot.age().compareTo(MOST_AGE) <= 0;
    }

    /** Returns a list for all unknown outcomes, or null where each needs a call of its own. */
    private @Nullable Snapshot read(DueDelivery due, Instant since) {
        var unknown = candidates.unknown();
        if (unknown.number() < LEAST) {
            nextNanos = System.nanoTime() + COUNT_INTERVAL.toNanos();
            return null;
        }
        var lead = Duration.between(since, due.attemptedAt());
        var from = unknown.first()
                .minus(lead.compareTo(MOST_LEAD) < 0 ? lead : MOST_LEAD)
                .minus(MARGIN);
        var read = new Snapshot(from, System.nanoTime(), new HashMap<>());
        try {
            messages.sentSince(from, unknown.number(), page -> {
                var bound = candidates.bound(page.stream().map(Seen::sid).toList());
                page.stream().filter(seen -> !bound.contains(seen.sid())).forEach(read::add);
            });
        } catch (TwilioFailure e) {
            LOG.info(
                    "Twilio's message list can't be shared by {} unknown deliveries: {}",
                    unknown.number(),
                    e.getMessage());
            nextNanos = System.nanoTime() + PAUSE.toNanos();
            return null;
        }
        LOG.info("{} unknown deliveries share Twilio's message list since {}", unknown.number(), from);
        return read;
    }

    /**
     * List of messages in the order of creation.
     *
     * @param age time since the reading of the list began; it shows nothing that came after
     */
    record Listed(List<Seen> messages, Duration age) {}

    /**
     * List of all messages by the recipient's address, without messages that belonged to a delivery when it was read.
     *
     * @param since the list has every message from then on
     * @param beganNanos when its reading began
     */
    private record Snapshot(Instant since, long beganNanos, Map<String, List<Seen>> byAddress) {

        Duration age() {
            return Duration.ofNanos(System.nanoTime() - beganNanos);
        }

        void add(Seen seen) {
            byAddress.computeIfAbsent(seen.to(), address -> new ArrayList<>()).add(seen);
        }
    }
}
