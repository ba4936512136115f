package io.textonce.console;

import static io.textonce.delivery.DeliveryStatus.CANCELED;
import static io.textonce.delivery.DeliveryStatus.DELIVERED;
import static io.textonce.delivery.DeliveryStatus.HELD;
import static io.textonce.delivery.DeliveryStatus.QUEUED;
import static io.textonce.delivery.DeliveryStatus.REJECTED;
import static io.textonce.sandbox.Fault.refuses;
import static io.textonce.sandbox.Fault.stopsAt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.delivery.DeliveryId;
import io.textonce.delivery.OperatorActions;
import io.textonce.sandbox.Order;
import io.textonce.sandbox.PageClient;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionOperations;

/** Bulk actions against the real table: once per message whatever dies, with the gates of a single action. */
@SandboxTest
class BulkActionsTest {

    private static final DateTimeFormatter HOUR = DateTimeFormatter.ofPattern("HH:mm");

    @Autowired
    private CamelContext camel;

    @Autowired
    private BulkActions actions;

    @Autowired
    private BulkPreview previews;

    @Autowired
    private BulkRun run;

    @Autowired
    private Operator operator;

    @Autowired
    private OperatorActions decisions;

    @Autowired
    private PersonErasure erasure;

    @Autowired
    private TransactionOperations transactions;

    @Autowired
    private Searches searches;

    /** The instances of this test are its own. */
    @BeforeEach
    void stopTheInstance() throws Exception {
        camel.getRouteController().suspendRoute("bulk-run");
    }

    @AfterEach
    void startTheInstance() throws Exception {
        camel.getRouteController().resumeRoute("bulk-run");
    }

    @Test
    void resendsEachMessageOnceThoughInstancesDieAndOthersContinue(Sandbox sandbox) throws Exception {
        var orders = rejected(sandbox, 8);
        var bulk = start(sandbox, BulkAction.RESEND, orders, "ann");

        var dying = new Dying();
        var first = new BulkRun(actions, operator, decisions, erasure, dying);
        assertThat(first.next()).isTrue();
        assertThat(first.next()).isTrue();
        var others = IntStream.range(0, 3)
                .<Callable<Integer>>mapToObj(
                        i -> () -> drain(new BulkRun(actions, operator, decisions, erasure, transactions)))
                .toList();
        var pool = Executors.newFixedThreadPool(3);
        for (var done : pool.invokeAll(others)) {
            done.get();
        }
        pool.shutdown();
        drain(run);

        assertThat(dying.deaths).hasValue(1);
        for (var order : orders) {
            order.await(DELIVERED);
            assertThat(order.messages()).hasSize(1);
            assertThat(acts(order)).containsExactly("resend by ann");
        }
        assertThat(progress(bulk)).satisfies(all -> {
            assertThat(all.acted()).isEqualTo(8);
            assertThat(all.finished()).isTrue();
        });
        assertThat(sandbox.database()
                        .queryForObject(
                                "SELECT count(*) FROM textonce.audit_entries WHERE actor = 'ann' AND delivery_id = ANY (?)",
                                Integer.class,
                                (Object) ids(orders)))
                .isEqualTo(8);
    }

    @Test
    void actsOnceOnAMessageThatTwoOperatorsResend(Sandbox sandbox) {
        var orders = rejected(sandbox, 3);
        var one = start(sandbox, BulkAction.RESEND, orders, "ann");
        var other = start(sandbox, BulkAction.RESEND, orders, "bob");

        drain(run);

        for (var order : orders) {
            order.await(DELIVERED);
            assertThat(order.messages()).hasSize(1);
            assertThat(acts(order)).hasSize(1);
        }
        assertThat(progress(one).acted() + progress(other).acted()).isEqualTo(3);
        assertThat(progress(one).skipped() + progress(other).skipped()).isEqualTo(3);
        assertThat(actions.reasons(other)).isNotEmpty();
    }

    @Test
    void confirmsAPreviewOnce(Sandbox sandbox) {
        var orders = rejected(sandbox, 1);
        var id = DeliveryId.next(System.currentTimeMillis());
        var items = preview(BulkAction.RESEND, orders).items();

        assertThat(actions.create(id, BulkAction.RESEND, "ann", "twice", "ids", items))
                .isTrue();
        assertThat(actions.create(id, BulkAction.RESEND, "ann", "twice", "ids", items))
                .isFalse();

        sandbox.database()
                .update("UPDATE textonce.bulk_actions SET starts_at = now() + interval '1 h' WHERE id = ?", id);
        assertThat(run.next()).as("before its time").isFalse();
        assertThat(progress(id).waiting()).isEqualTo(1);
        assertThat(actions.undo(id, "ann")).isTrue();
        assertThat(progress(id)).satisfies(all -> assertThat(all.undone()).isEqualTo(1));
    }

    @Test
    void undoesWhatIsNotAtTwilioYet(Sandbox sandbox) {
        var orders = rejected(sandbox, 3);
        orders.forEach(BulkActionsTest::quieten);
        var bulk = start(sandbox, BulkAction.RESEND, orders, "ann");
        assertThat(run.next()).isTrue();
        var begun = orders.stream()
                .filter(order -> !acts(order).isEmpty())
                .findFirst()
                .orElseThrow();
        awaitMorning(begun);

        assertThat(actions.undo(bulk, "bob")).isTrue();
        assertThat(actions.undo(bulk, "bob")).isFalse();
        drain(run);

        begun.await(CANCELED);
        assertThat(acts(begun)).containsExactly("resend by ann", "undo by bob");
        assertThat(begun.delivery().get("body")).isNotNull();
        assertThat(new PageClient(sandbox)
                        .get("/deliveries/" + begun.delivery().get("id"))
                        .body())
                .contains("Resend…");
        orders.remove(begun);
        assertThat(orders).allSatisfy(order -> {
            assertThat(order.delivery()).containsEntry("status", "rejected");
            assertThat(acts(order)).isEmpty();
        });
        assertThat(progress(bulk)).satisfies(all -> {
            assertThat(all.undone()).isEqualTo(3);
            assertThat(all.canBeUndone()).isFalse();
            assertThat(all.finished()).isTrue();
        });
    }

    /** Another instance may find nothing left to do while the undo is being written, and must not end the action then. */
    @Test
    void undoesWhatAnotherInstanceFinishesMeanwhile(Sandbox sandbox) {
        var orders = rejected(sandbox, 2);
        orders.forEach(BulkActionsTest::quieten);
        var bulk = start(sandbox, BulkAction.RESEND, orders, "ann");
        orders.forEach(order -> assertThat(run.next()).isTrue());
        orders.forEach(BulkActionsTest::awaitMorning);

        var finished = transactions.execute(status -> {
            assertThat(actions.undo(bulk, "bob")).isTrue();
            var finishing = CompletableFuture.runAsync(actions::finish);
            await().until(() -> finishing.isDone() || waitsForLock(sandbox));
            return finishing;
        });
        finished.join();
        drain(run);

        orders.forEach(order -> order.await(CANCELED));
        assertThat(progress(bulk).undone()).isEqualTo(2);
    }

    private static boolean waitsForLock(Sandbox sandbox) {
        return sandbox.database()
                        .queryForObject(
                                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                        + " AND query LIKE '%bulk_actions%'",
                                Integer.class)
                > 0;
    }

    @Test
    void leavesWhatWasSentBeforeTheUndo(Sandbox sandbox) {
        var orders = rejected(sandbox, 1);
        var bulk = start(sandbox, BulkAction.RESEND, orders, "ann");
        drain(run);
        orders.get(0).await(DELIVERED);

        actions.undo(bulk, "ann");
        drain(run);

        assertThat(progress(bulk).acted()).isEqualTo(1);
        assertThat(orders.get(0).delivery()).containsEntry("status", "delivered");
    }

    @Test
    void releasesAndTakesBackADecision(Sandbox sandbox) {
        var order = quieten(held(sandbox)).update("due_at = NULL");
        var bulk = start(sandbox, BulkAction.RELEASE, List.of(order), "ann");
        drain(run);
        awaitMorning(order);

        actions.undo(bulk, "ann");
        drain(run);

        await().untilAsserted(() ->
                assertThat(order.delivery()).containsEntry("status", "held").containsEntry("due_at", null));
        assertThat(acts(order)).containsExactly("release by ann", "undo by ann");
    }

    @Test
    void discardsCancelsAndErases(Sandbox sandbox) {
        var held = held(sandbox).update("due_at = NULL");
        var planned = held(sandbox);
        var queued = sandbox.order().meeting(stopsAt("queued")).post().await(QUEUED);
        var person = sandbox.order().post().await(DELIVERED);

        start(sandbox, BulkAction.DROP, List.of(held), "ann");
        start(sandbox, BulkAction.CANCEL, List.of(planned, queued), "ann");
        start(sandbox, BulkAction.ERASE, List.of(person), "ann");
        drain(run);

        assertThat(List.of(held, planned))
                .allSatisfy(order -> assertThat(order.delivery()).containsEntry("status", "canceled"));
        queued.await(CANCELED);
        assertThat(queued.messages())
                .singleElement()
                .satisfies(message -> assertThat(message.status()).isEqualTo("canceled"));
        assertThat(person.delivery()).containsEntry("phone", null).containsEntry("phone_masked", "");
    }

    @Test
    void previewsMessagesSegmentsAndGates(Sandbox sandbox) {
        var orders = rejected(sandbox, 2);
        var permanent = sandbox.order().meeting(1, refuses(21211)).post().await(REJECTED);
        var late = rejected(sandbox, 1).get(0).update("expires_at = now() - interval '1 minute'");
        var erased = rejected(sandbox, 1).get(0).update("body = NULL");
        var delivered = sandbox.order().post().await(DELIVERED);
        var night = quieten(rejected(sandbox, 1).get(0));
        var out = rejected(sandbox, 1).get(0);
        sandbox.twilio().receives(out.number(), Peers.FROM_NUMBER, "STOP");
        orders.addAll(List.of(permanent, late, erased, delivered, night, out));

        await().untilAsserted(() -> {
            var preview = preview(BulkAction.RESEND, orders);
            assertThat(preview.many()).isEqualTo(4);
            assertThat(preview.segments()).isEqualTo(4);
            assertThat(preview.people()).isEqualTo(4);
            assertThat(preview.leftAlone())
                    .isEqualTo(Map.of(
                            "Twilio would reject it again", 1L,
                            "Expired", 1L,
                            "Number or content no longer stored", 1L,
                            "Not rejected: sent, in progress or on hold", 1L));
            assertThat(preview.stopped().keySet()).singleElement().asString().contains("opted out");
            assertThat(preview.delayed().keySet()).singleElement().asString().contains("quiet hours");
        });
    }

    private BulkPreview.Preview preview(BulkAction action, List<Order> orders) {
        String ids = orders.stream().map(Order::eventId).collect(Collectors.joining(","));
        return previews.of(searches.by(Map.of("ids", new String[] {ids})), action);
    }

    /** Confirms an action, and has it begin at once. */
    private UUID start(Sandbox sandbox, BulkAction action, List<Order> orders, String actor) {
        var id = DeliveryId.next(System.currentTimeMillis());
        actions.create(
                id, action, actor, "A test", "ids", preview(action, orders).items());
        sandbox.database().update("UPDATE textonce.bulk_actions SET starts_at = now() WHERE id = ?", id);
        return id;
    }

    private BulkActions.Progress progress(UUID bulk) {
        var progress = actions.progress(bulk);
        assertThat(progress).isNotNull();
        return progress;
    }

    private static int drain(BulkRun run) {
        int done = 0;
        while (run.next()) {
            done++;
        }
        return done;
    }

    private static List<String> acts(Order order) {
        return order.timeline().stream()
                .filter(entry -> entry.get("kind").equals("operator"))
                .map(entry -> entry.get("action") + " by " + entry.get("actor"))
                .toList();
    }

    private static UUID[] ids(List<Order> orders) {
        return orders.stream().map(order -> (UUID) order.delivery().get("id")).toArray(UUID[]::new);
    }

    /** Orders that Twilio rejected once, and would take now. */
    private static List<Order> rejected(Sandbox sandbox, int many) {
        var orders = new ArrayList<Order>();
        for (int i = 0; i < many; i++) {
            orders.add(sandbox.order().meeting(1, refuses(21408)).post().await(REJECTED));
        }
        return orders;
    }

    /** Order that is planned for later. */
    private static Order held(Sandbox sandbox) {
        return sandbox.order()
                .with("sendAt", Instant.now().plusSeconds(7200).toString())
                .post()
                .await(HELD);
    }

    /** Waits until the rules hold an order for its quiet hours. */
    private static void awaitMorning(Order order) {
        await().untilAsserted(() -> {
            assertThat(order.delivery()).containsEntry("status", "held");
            assertThat((Timestamp) order.delivery().get("due_at"))
                    .isAfter(Timestamp.from(Instant.now().plusSeconds(600)));
        });
    }

    /** Gives an order quiet hours, which it has now. */
    private static Order quieten(Order order) {
        var now = LocalTime.now(ZoneOffset.UTC);
        return order.update(
                "quiet_hours = ?, time_zone = 'UTC'",
                HOUR.format(now.minusHours(1)) + "-" + HOUR.format(now.plusHours(2)));
    }

    /** Transactions of an instance that is killed in its second one, when everything is written and nothing committed. */
    private final class Dying implements TransactionOperations {

        private final AtomicInteger begun = new AtomicInteger();
        private final AtomicInteger deaths = new AtomicInteger();

        @Override
        public <T> T execute(TransactionCallback<T> work) {
            return transactions.execute((TransactionStatus status) -> {
                T done = work.doInTransaction(status);
                if (begun.incrementAndGet() == 2) {
                    deaths.incrementAndGet();
                    status.setRollbackOnly();
                }
                return done;
            });
        }
    }
}
