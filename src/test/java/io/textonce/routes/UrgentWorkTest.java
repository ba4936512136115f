package io.textonce.routes;

import static io.textonce.delivery.DeliveryStatus.HELD;
import static io.textonce.sandbox.Fault.answersLate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.sandbox.Order;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;

/** One-time codes and incidents while everything else takes all that is its own: places, connections and workers. */
@SandboxTest
class UrgentWorkTest {

    /** Beside 32 reserved ones. */
    private static final int SHARED_PLACES = 256;

    /** Of the queue, beside 8 reserved ones. */
    private static final int SHARED_CONSUMERS = 256;

    /** Of 32 connections. */
    private static final int SHARED_CONNECTIONS = 28;

    /** Of 16 workers for held messages. */
    private static final int SHARED_WORKERS = 14;

    @Test
    void passesWhileOthersTakeAllPlacesAndConnections(Sandbox sandbox) throws SQLException {
        var isOver = new AtomicBoolean();
        var callers = Executors.newFixedThreadPool(SHARED_PLACES + 20);
        var connections = connections(sandbox);
        try {
            var calls = IntStream.range(0, SHARED_PLACES + 20)
                    .mapToObj(n -> CompletableFuture.runAsync(() -> lookUp(sandbox, isOver), callers))
                    .toList();
            await().until(() -> admitted(sandbox) == SHARED_PLACES);

            passesACodeAndAnIncident(sandbox);

            assertThat(connections).hasSize(SHARED_CONNECTIONS);
            assertThat(calls).noneMatch(CompletableFuture::isDone);
        } finally {
            isOver.set(true);
            for (var connection : connections) {
                connection.close();
            }
            callers.shutdown();
        }
        await().until(() -> admitted(sandbox) == 0);
    }

    @Test
    void passesWhileTheWorkersOfHeldMessagesHang(Sandbox sandbox) {
        var bulk = IntStream.range(0, SHARED_WORKERS + 6)
                .mapToObj(n -> held(sandbox).meeting(answersLate(Duration.ofMinutes(5))))
                .toList();
        var alert = held(sandbox);
        try {
            bulk.forEach(Order::makeDue);
            await().until(() -> posted(bulk) == SHARED_WORKERS);

            alert.update("twilio_options = 'urgent=true', due_at = now()");

            await().atMost(Duration.ofSeconds(20)).until(() -> alert.messages().size() == 1);
            assertThat(posted(bulk)).isEqualTo(SHARED_WORKERS);
        } finally {
            sandbox.twilio().behave().letGo();
        }
        await().until(() -> posted(bulk) == bulk.size());
    }

    /** Of {@code routes/intake/intake-jms-urgent.camel.yaml}: the consumers of the others wait for a route that is stopped. */
    @Test
    void passesOverTheQueueWhileTheConsumersOfOthersWait(Sandbox sandbox) throws Exception {
        var camel = sandbox.context().getBean(CamelContext.class);
        var bulk = IntStream.range(0, SHARED_CONSUMERS + 20)
                .mapToObj(n -> sandbox.newNumber())
                .toList();
        String alerted = sandbox.newNumber();
        camel.getRouteController().stopRoute("event-order-shipped");
        try {
            bulk.forEach(phone -> sandbox.publish("order-shipped", order(sandbox, phone)));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> camel.getInflightRepository().size("intake-jms") == SHARED_CONSUMERS);

            sandbox.publish("incident-alert", alert(sandbox, alerted));

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(
                            () -> assertThat(sandbox.twilio().sentTo(alerted)).hasSize(1));
            assertThat(sandbox.twilio().sentTo(bulk.get(0))).isEmpty();
        } finally {
            camel.getRouteController().startRoute("event-order-shipped");
        }
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(bulk)
                        .allSatisfy(phone ->
                                assertThat(sandbox.twilio().sentTo(phone)).hasSize(1)));
    }

    private static String order(Sandbox sandbox, String phone) {
        return "{\"eventId\":\"" + sandbox.newEventId() + "\",\"phone\":\"" + phone
                + "\",\"orderId\":\"1001\",\"consentAt\":\"2026-06-02T09:00:00Z\"}";
    }

    private static String alert(Sandbox sandbox, String phone) {
        return "{\"eventId\":\"" + sandbox.newEventId() + "\",\"phone\":\"" + phone
                + "\",\"consentAt\":\"2026-06-02T09:00:00Z\",\"incident\":\"INC-" + UUID.randomUUID()
                + "\",\"title\":\"Database down\"}";
    }

    private static void passesACodeAndAnIncident(Sandbox sandbox) {
        String phone = sandbox.newBlock() + "0001";
        String alerted = sandbox.newNumber();

        var started = sandbox.postJson("/api/verify/start", "{\"phone\":\"" + phone + "\"}");
        var checked = sandbox.postJson(
                "/api/verify/check",
                "{\"phone\":\"" + phone + "\",\"code\":\"" + sandbox.twilio().codeFor(phone) + "\"}");
        var alert = sandbox.post("incident-alert", alert(sandbox, alerted));

        assertThat(started.statusCode()).as(started.body()).isEqualTo(202);
        assertThat(checked.statusCode()).as(checked.body()).isEqualTo(200);
        assertThat(sandbox.json(checked).get("approved").asBoolean()).isTrue();
        assertThat(alert.statusCode()).as(alert.body()).isEqualTo(202);
        assertThat(sandbox.twilio().sentTo(alerted)).hasSize(1);
    }

    private static List<Connection> connections(Sandbox sandbox) {
        var pool = sandbox.context().getBean("dataSource", HikariDataSource.class);
        List<Connection> taken = new ArrayList<>();
        while (taken.size() < pool.getMaximumPoolSize()) {
            taken.add(await().ignoreExceptionsInstanceOf(SQLException.class)
                    .until(pool::getConnection, Objects::nonNull));
        }
        return taken;
    }

    /** Calls that wait for a connection in vain, one after the other. */
    private static void lookUp(Sandbox sandbox, AtomicBoolean isOver) {
        while (!isOver.get()) {
            sandbox.get("/api/deliveries/" + UUID.randomUUID());
        }
    }

    private static Order held(Sandbox sandbox) {
        return sandbox.order()
                .with("sendAt", Instant.now().plus(Duration.ofHours(2)).toString())
                .post()
                .await(HELD);
    }

    private static long posted(List<Order> orders) {
        return orders.stream().filter(order -> order.messages().size() == 1).count();
    }

    private static double admitted(Sandbox sandbox) {
        return sandbox.context()
                .getBean(MeterRegistry.class)
                .get("textonce.requests.admitted")
                .tag("kind", "api")
                .gauge()
                .value();
    }
}
