package io.textonce.sandbox;

import java.nio.file.Path;
import java.util.Map;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.management.QueueControl;
import org.apache.activemq.artemis.api.core.management.ResourceNames;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.jspecify.annotations.Nullable;

/**
 * Real Artemis of its own, reached over TCP, whose messages outlive a stop. It redelivers a message with growing delays
 * and never gives up on one, as docs/operations.md requires of a broker in production.
 */
public final class SandboxBroker implements AutoCloseable {

    private final Path directory;
    private final int port;
    private String acceptor = "";
    private @Nullable EmbeddedActiveMQ server;

    /** @param port 0 for any that is free */
    public SandboxBroker(Path directory, int port) {
        this.directory = directory;
        this.port = port == 0 ? FreePort.next() : port;
    }

    /** Sets parameters of its acceptor, as in a URL, from its next start on. */
    public SandboxBroker with(String parameters) {
        acceptor = "?" + parameters;
        return this;
    }

    public SandboxBroker start() {
        try {
            var redelivery = new AddressSettings()
                    .setRedeliveryDelay(200)
                    .setRedeliveryMultiplier(2)
                    .setMaxRedeliveryDelay(5_000)
                    .setMaxDeliveryAttempts(-1)
                    .setDeadLetterAddress(SimpleString.of("DLQ"));
            var configuration = new ConfigurationImpl()
                    .setName("sandbox")
                    .setSecurityEnabled(false)
                    .setPersistenceEnabled(true)
                    .setJournalDirectory(directory.resolve("journal").toString())
                    .setBindingsDirectory(directory.resolve("bindings").toString())
                    .setLargeMessagesDirectory(directory.resolve("large").toString())
                    .setPagingDirectory(directory.resolve("paging").toString())
                    .setMaxDiskUsage(-1)
                    .addAcceptorConfiguration("tcp", url() + acceptor)
                    .setAddressSettings(Map.of("#", redelivery));
            server = new EmbeddedActiveMQ().setConfiguration(configuration);
            server.start();
            return this;
        } catch (Exception e) {
            throw new IllegalStateException("The sandbox's broker does not start", e);
        }
    }

    public String url() {
        return "tcp://" + address();
    }

    /** The port of AMQP and STOMP, which is that of Artemis' own protocol, too: a client's first bytes decide. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** How many messages a queue holds, those under way and those waiting to be delivered again included. */
    public long messages(String queue) {
        var found = running().locateQueue(SimpleString.of(queue));
        return found == null ? 0 : found.getMessageCount();
    }

    /** Keeps a queue's messages from its consumers, or lets them have them again. */
    public void paused(String queue, boolean paused) {
        var found = running().locateQueue(SimpleString.of(queue));
        if (paused) {
            found.pause();
        } else {
            found.resume();
        }
    }

    /** Lets a queue take nothing more, and another one deliver again at once, until what is returned is run. */
    public Runnable full(String queue, String source) {
        var repository = running().getAddressSettingsRepository();
        repository.addMatch(
                queue,
                new AddressSettings()
                        .setAddressFullMessagePolicy(AddressFullMessagePolicy.FAIL)
                        .setMaxSizeBytes(1));
        repository.addMatch(
                source,
                new AddressSettings()
                        .setRedeliveryDelay(50)
                        .setRedeliveryMultiplier(1)
                        .setMaxDeliveryAttempts(-1));
        return () -> {
            repository.removeMatch(queue);
            repository.removeMatch(source);
        };
    }

    /** Moves what a filter names from one queue to another, as an operator does in the broker's console. */
    public int move(String from, String filter, String to) {
        var control = (QueueControl) running().getManagementService().getResource(ResourceNames.QUEUE + from);
        try {
            return control == null ? 0 : control.moveMessages(filter, to);
        } catch (Exception e) {
            throw new IllegalStateException("The sandbox's broker does not move messages", e);
        }
    }

    private ActiveMQServer running() {
        if (server == null) {
            throw new IllegalStateException("The sandbox's broker is stopped");
        }
        return server.getActiveMQServer();
    }

    @Override
    public void close() {
        if (server != null) {
            try {
                server.stop();
            } catch (Exception e) {
                throw new IllegalStateException("The sandbox's broker does not stop", e);
            } finally {
                server = null;
            }
        }
    }
}
