package io.textonce.publish;

import static io.textonce.sandbox.Fault.stopsAt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Subscribers that nobody works for but these tests. */
@SandboxTest
class OutboxCursorsTest {

    private static final Duration LEASE = Duration.ofMinutes(1);

    private static final String NAME = "outbox-cursors-test";
    private Sandbox sandbox;
    private OutboxCursors here;
    private OutboxCursors there;
    private CursorStates states;

    @BeforeEach
    void begin(Sandbox sandbox) {
        this.sandbox = sandbox;
        here = new OutboxCursors(sandbox.database(), LEASE);
        there = new OutboxCursors(sandbox.database(), LEASE);
        states = new CursorStates(sandbox.database());
        here.begin(List.of(NAME));
    }

    @AfterEach
    void forget() {
        sandbox.database().update("DELETE FROM textonce.outbox_cursors WHERE name = ?", NAME);
    }

    @Test
    void givesWhatComesNextToOneInstanceAtATime() {
        String id = delivered();

        var mine = taken(here, all());

        assertThat(statuses(mine, id)).startsWith("reserved").endsWith("delivered");
        assertThat(there.take(all())).isNull();
        assertThat(there.waiting(List.of(NAME))).isEmpty();
    }

    @Test
    void letsAnotherInstanceTakeOverFromOneThatDied() {
        String id = delivered();
        var dead = taken(here, all());
        expire();

        var other = taken(there, all());

        assertThat(statuses(other, id)).isEqualTo(statuses(dead, id));
        there.advance(other, other.end());
        here.advance(dead, dead.publishedId());
        here.failed(dead, 0, new Receiver.Failure("late"), Duration.ZERO, Duration.ofHours(1), Duration.ZERO);
        assertThat(states.states(List.of(NAME)).get(0).lastError()).isNull();
        assertThat(publishedId()).isEqualTo(other.end());
    }

    @Test
    void tellsAClientOfItsOwnDeliveriesAndOfEventsThatAreNamedForIt() {
        String own = delivered();
        String anothers = delivered();
        String queues = delivered();
        sandbox.database().update("UPDATE textonce.deliveries SET client = ? WHERE event_id = ?", NAME, own);
        sandbox.database().update("UPDATE textonce.deliveries SET client = 'other' WHERE event_id = ?", anothers);
        sandbox.database().update("UPDATE textonce.deliveries SET event = 'of-the-queue' WHERE event_id = ?", queues);

        var shy = taken(here, new Subscriber(NAME, NAME, Set.of(), false, events -> null));
        expire();
        var curious = taken(here, new Subscriber(NAME, NAME, Set.of("of-the-queue"), false, events -> null));

        assertThat(shy.events()).extracting(StatusEvent::eventId).containsOnly(own);
        assertThat(curious.events()).extracting(StatusEvent::eventId).containsOnly(own, queues);
    }

    @Test
    void triesOnlyTheOneThatFailedUntilItIsTaken() {
        String id = delivered();
        sandbox.database().update("UPDATE textonce.deliveries SET client = ? WHERE event_id = ?", NAME, id);
        var own = new Subscriber(NAME, NAME, Set.of(), false, events -> null);
        var batch = taken(here, own);
        var first = batch.events().get(0);

        boolean suspended = here.failed(
                batch, 1, new Receiver.Failure("HTTP 500"), Duration.ZERO, Duration.ZERO, Duration.ofDays(5));
        var next = taken(here, own);

        assertThat(suspended).isFalse();
        assertThat(next.publishedId()).isEqualTo(first.entry());
        assertThat(next.events()).hasSize(1);
        assertThat(next.failures()).isEqualTo(1);
        here.advance(next, next.end());
        assertThat(statuses(taken(here, own), id)).containsExactly("sent", "delivered");
    }

    @Test
    void waitsAsLongAsItIsTold() {
        delivered();
        var batch = taken(here, all());

        here.failed(batch, 0, new Receiver.Failure("HTTP 500"), Duration.ZERO, Duration.ofHours(1), Duration.ofDays(5));

        assertThat(here.take(all())).isNull();
        assertThat(here.waiting(List.of(NAME))).isEmpty();
        states.resume(NAME, null, "a test");
        assertThat(taken(here, all()).events()).isNotEmpty();
    }

    @Test
    void forgetsWhatWasUnderWayWhenAnOperatorReplays() {
        String id = delivered();
        var from = Instant.now().minusSeconds(30);
        var batch = taken(here, all());

        states.replay(NAME, from, null, "a test");
        here.advance(batch, batch.end());

        // What others did in that time comes too, perhaps in several batches.
        var again = new ArrayList<String>();
        while (!again.contains("delivered")) {
            var next = taken(there, all());
            again.addAll(statuses(next, id));
            there.advance(next, next.end());
        }
        assertThat(again).startsWith("reserved").endsWith("delivered").doesNotHaveDuplicates();
    }

    @Test
    void publishesTheRestNextTimeIfThereWasNoTimeForAll() {
        String id = delivered();
        var received = new ArrayList<StatusEvent>();
        var slow = new Subscriber(NAME, null, Set.of(), true, events -> {
            received.add(events.get(0));
            return new Receiver.Outcome(1, null);
        });
        var publisher = sandbox.context().getBean(OutboxPublisher.class);

        await().untilAsserted(() -> {
            publisher.publishBatch(slow);
            assertThat(received)
                    .filteredOn(event -> id.equals(event.eventId()))
                    .extracting(StatusEvent::status)
                    .startsWith("reserved")
                    .endsWith("delivered")
                    .doesNotHaveDuplicates()
                    .hasSizeGreaterThanOrEqualTo(3);
        });
    }

    private Subscriber all() {
        return new Subscriber(NAME, null, Set.of(), true, events -> null);
    }

    /** Another transaction of the running application may be open at the moment of asking. */
    private OutboxCursors.Batch taken(OutboxCursors by, Subscriber subscriber) {
        return await().until(() -> next(by, subscriber), batch -> batch != null);
    }

    private static OutboxCursors.@Nullable Batch next(OutboxCursors by, Subscriber subscriber) {
        var batch = by.take(subscriber);
        if (batch != null && batch.events().isEmpty()) {
            by.advance(batch, batch.end());
            return null;
        }
        return batch;
    }

    private void expire() {
        sandbox.database()
                .update(
                        "UPDATE textonce.outbox_cursors SET leased_until = now() - interval '1 s' WHERE name = ?",
                        NAME);
    }

    private long publishedId() {
        return sandbox.database()
                .queryForObject("SELECT published_id FROM textonce.outbox_cursors WHERE name = ?", Long.class, NAME);
    }

    private String delivered() {
        // A callback that comes by itself may overtake the answer.
        var order = sandbox.order().meeting(stopsAt("queued")).post();
        String sid = (String) order.delivery().get("message_sid");
        sandbox.twilio().reports(sid, "sent", null);
        sandbox.twilio().reports(sid, "delivered", null);
        return order.eventId();
    }

    private static List<String> statuses(OutboxCursors.Batch batch, String eventId) {
        return batch.events().stream()
                .filter(event -> event.eventId().equals(eventId))
                .map(StatusEvent::status)
                .toList();
    }
}
