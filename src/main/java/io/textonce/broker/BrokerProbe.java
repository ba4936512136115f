package io.textonce.broker;

import io.textonce.peer.Peer;
import io.textonce.peer.PeerMonitor;
import io.textonce.settings.TextOnceProperties;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Probe of the broker. The connection is the one that all share and its client keeps alive, so a probe costs nothing
 * while the broker is up, and connects again after an outage. Before it connects it checks the protocol of the broker's
 * port, since most clients only wait for an answer that never comes; then that the broker begins transactions, if the
 * intake uses them.
 */
@Component
final class BrokerProbe {

    /** Shorter than the interval of probes, so that this cause is given and not that there was no response. */
    private static final int TRANSACTION_SECONDS = 3;

    private static final String NO_TRANSACTION = "It begins no transaction within " + TRANSACTION_SECONDS
            + " s; for a broker without transactions, such as RabbitMQ over AMQP, set TEXTONCE_JMS_TRANSACTED=false";

    private final ConnectionFactory connections;
    private final QueueDepths depths;
    private final String client;
    private final String url;
    private final boolean isTransacted;
    private boolean connected;

    BrokerProbe(
            PeerMonitor peers,
            ConnectionFactory connections,
            QueueDepths depths,
            TextOnceProperties settings,
            @Value("${spring.artemis.broker-url:}") String artemis) {
        this.connections = connections;
        this.depths = depths;
        this.client = settings.jms().client();
        this.isTransacted = settings.hasDeadLetterQueue();
        this.url = settings.jms().isArtemis() ? artemis : settings.jms().brokerUrl();
        if (settings.usesBroker()) {
            var broker = peers.peer(
                    "broker",
                    "The broker",
                    "Events wait on its queue; inbound messages, approvals and status events are published later.");
            peers.probe(broker, () -> connect(broker));
        }
    }

    /** A broker without transactions may leave the request for one unanswered. */
    private static boolean beginsTransactions(Connection connection) throws InterruptedException {
        var begun = CompletableFuture.runAsync(
                () -> {
                    try (var session = connection.createSession(true, Session.SESSION_TRANSACTED)) {
                        session.rollback();
                    } catch (JMSException e) {
                        throw new IllegalStateException(e);
                    }
                },
                BrokerProbe::startThread);
        try {
            begun.get(TRANSACTION_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    /** Starts a thread of its own: a request without a response would keep one of the few of the common pool. */
    private static void startThread(Runnable task) {
        var thread = new Thread(task, "broker-transactions");
        thread.setDaemon(true);
        thread.start();
    }

    private void connect(Peer broker) throws Exception {
        boolean isNew = !connected;
        String mismatch = isNew ? BrokerProtocol.mismatch(client, url) : null;
        connected = false;
        if (mismatch != null) {
            broker.failed(mismatch);
            return;
        }
        try (var connection = connections.createConnection()) {
            connection.start();
            if (isNew && isTransacted && !beginsTransactions(connection)) {
                broker.failed(NO_TRANSACTION);
                return;
            }
            broker.succeeded();
            depths.read(connection);
            connected = true;
        } finally {
            if (!connected) {
                depths.forget();
            }
        }
    }
}
