package io.textonce.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The outbox cursor under every order of its statements and those of two transactions with an entry each, by PostgreSQL
 * itself: each entry is published, once, in their order. No bound below this one finds the planted faults: with one
 * transaction there is no entry to skip, and a cursor passes one with its sixth statement.
 */
@SandboxTest
class OutboxInterleavingsTest {

    /** Statements of the publisher between those of the writers: of a batch, or of several that are empty. */
    private static final int STATEMENTS = 6;

    private static final String ADD = """
            INSERT INTO textonce.delivery_events (delivery_id, kind, status, new_status, message_sid)
            SELECT id, 'poll', 'delivered', 'delivered', message_sid FROM textonce.deliveries WHERE event_id = ?
            RETURNING id
            """;

    private static final String NAME = "interleavings-test";
    private JdbcTemplate jdbc;
    private DataSource dataSource;
    private String event;

    @BeforeEach
    void begin(Sandbox sandbox) {
        jdbc = sandbox.database();
        dataSource = sandbox.context().getBean("dataSource", DataSource.class);
        event = sandbox.newEventId();
        sandbox.post("order-shipped", sandbox.orderShipped(event, sandbox.newNumber()));
        sandbox.awaitStatus(event, "delivered");
        jdbc.update("UPDATE textonce.deliveries SET client = ? WHERE event_id = ?", NAME, event);
    }

    @AfterEach
    void forget() {
        jdbc.update("DELETE FROM textonce.outbox_cursors WHERE name = ?", NAME);
    }

    @Test
    void publishesEachEntryOnceWhateverIsCommittedFirst() throws SQLException {
        for (String order : orders()) {
            var run = run(order, UnaryOperator.identity());

            assertThat(run.published).as(order).isEqualTo(run.added);
        }
    }

    @Test
    void findsACursorThatPassesOpenTransactions() throws SQLException {
        assertThat(skips("mark.xid <= mark.oldest AS all_settled", "true AS all_settled"))
                .isNotNull();
    }

    @Test
    void findsACursorWhoseMarkMayBeOlderThanItsEntries() throws SQLException {
        assertThat(skips("safe_xid <= mark.oldest AS safe_settled", "true AS safe_settled"))
                .isNotNull();
    }

    /** Returns the first order in which a faulty cursor skips an entry or repeats one, or null. */
    private @Nullable String skips(String right, String wrong) throws SQLException {
        for (String order : orders()) {
            var run = run(order, sql -> sql.replace(right, wrong));
            if (!run.published.equals(run.added)) {
                return order;
            }
        }
        return null;
    }

    private Run run(String order, UnaryOperator<String> statements) throws SQLException {
        forget();
        var source = new Stepped(dataSource, statements);
        var cursors = new OutboxCursors(new JdbcTemplate(source), Duration.ofMinutes(1));
        new OutboxCursors(jdbc, Duration.ofMinutes(1)).begin(List.of(NAME));
        var publisher = new Publisher(cursors, new Subscriber(NAME, NAME, Set.of(), false, events -> null));
        try (var first = new Writer(dataSource.getConnection());
                var second = new Writer(dataSource.getConnection())) {
            var thread = source.start(publisher);
            for (char actor : order.toCharArray()) {
                switch (actor) {
                    case 'A' -> first.step();
                    case 'B' -> second.step();
                    default -> source.step();
                }
            }
            var added = List.of(first.id, second.id);
            publisher.until = second.id;
            source.free();
            thread.join();
            return new Run(added, publisher.published);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Returns all orders in which A and B add an entry and commit it, and the publisher executes its statements. That A is
     * the first to add one leaves out nothing, since the two are alike. Of what comes before, only a mark can matter.
     */
    private static List<String> orders() {
        var orders = new ArrayList<String>();
        add(orders, "", 2, 2, STATEMENTS);
        return orders;
    }

    private static void add(List<String> orders, String order, int a, int b, int publisher) {
        if (a + b + publisher == 0) {
            orders.add(order);
            return;
        }
        if (a > 0) {
            add(orders, order + "A", a - 1, b, publisher);
        }
        if (b > 0 && a < 2) {
            add(orders, order + "B", a, b - 1, publisher);
        }
        if (publisher > 0 && !order.equals("p")) {
            add(orders, order + "p", a, b, publisher - 1);
        }
    }

    private record Run(List<Long> added, List<Long> published) {}

    /** Adds an entry with its first step, and commits it with its second. */
    private final class Writer implements AutoCloseable {

        private final Connection connection;
        private long id;

        private Writer(Connection connection) throws SQLException {
            this.connection = connection;
            connection.setAutoCommit(false);
        }

        void step() throws SQLException {
            if (id > 0) {
                connection.commit();
                return;
            }
            try (var statement = connection.prepareStatement(ADD)) {
                statement.setString(1, event);
                var rows = statement.executeQuery();
                rows.next();
                id = rows.getLong(1);
            }
        }

        @Override
        public void close() throws SQLException {
            connection.rollback();
            connection.setAutoCommit(true);
            connection.close();
        }
    }

    /** Publishes one batch after the other, until the cursor has passed an entry. */
    private static final class Publisher implements Runnable {

        private final OutboxCursors cursors;
        private final Subscriber subscriber;
        private final List<Long> published = new CopyOnWriteArrayList<>();
        private volatile long until = Long.MAX_VALUE;

        private Publisher(OutboxCursors cursors, Subscriber subscriber) {
            this.cursors = cursors;
            this.subscriber = subscriber;
        }

        @Override
        public void run() {
            long passed = 0;
            while (passed < until) {
                var batch = cursors.take(subscriber);
                if (batch != null) {
                    batch.events().forEach(status -> published.add(status.entry()));
                    cursors.advance(batch, batch.end());
                    passed = batch.end();
                }
            }
        }
    }
}
