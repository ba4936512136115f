package io.textonce.intake;

import io.textonce.event.EventRejected;
import io.textonce.peer.PeerMonitor;
import io.textonce.settings.TextOnceProperties;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jms.InvalidDestinationException;
import org.springframework.jms.JmsException;
import org.springframework.jms.UncategorizedJmsException;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.stereotype.Component;

/**
 * Dead letters of the dead-letter queue, which is browsed: a message stays there until it is replayed or discarded. A
 * client waits half a minute for a broker that hangs, until a probe finds it unavailable; an operator does not.
 */
@Component
final class QueueLetters implements DeadLetterPlace {

    private static final int MOST_SECONDS = 5;

    private final @Nullable JmsTemplate jms;
    private final String queue;
    private final PeerMonitor peers;

    QueueLetters(TextOnceProperties settings, ObjectProvider<ConnectionFactory> broker, PeerMonitor peers) {
        this.peers = peers;
        this.queue = settings.jms().deadLetterQueue();
        this.jms = settings.hasDeadLetterQueue() ? new JmsTemplate(broker.getObject()) : null;
        if (jms != null) {
            jms.setReceiveTimeout(JmsTemplate.RECEIVE_TIMEOUT_NO_WAIT);
        }
    }

    @Override
    public String name() {
        return "queue";
    }

    @Override
    public String source() {
        return "jms";
    }

    @Override
    public List<DeadLetter> list(Predicate<DeadLetter> wanted) {
        return browse(null, wanted);
    }

    @Override
    public Optional<DeadLetter> find(String key) {
        return browse(selector(key), letter -> true).stream().findFirst();
    }

    private static String selector(String id) {
        return "JMSMessageID = '" + id.replace("'", "''") + "'";
    }

    private List<DeadLetter> browse(@Nullable String selector, Predicate<DeadLetter> wanted) {
        var broker = jms;
        if (broker == null) {
            return List.of();
        }
        if (!peers.isUp("broker")) {
            throw new UncategorizedJmsException("The broker is unavailable");
        }
        var browsed = new FutureTask<>(() -> browse(broker, selector, wanted));
        var thread = new Thread(browsed, "dead-letter-browser");
        thread.setDaemon(true);
        thread.start();
        try {
            return browsed.get(MOST_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new UncategorizedJmsException("The broker did not respond within " + MOST_SECONDS + " s", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof JmsException failure
                    ? failure
                    : new UncategorizedJmsException("The queue can't be browsed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncategorizedJmsException("Interrupted", e);
        }
    }

    private List<DeadLetter> browse(JmsTemplate broker, @Nullable String selector, Predicate<DeadLetter> wanted) {
        try {
            return Objects.requireNonNull(broker.browseSelected(queue, selector, (session, browser) -> {
                var letters = new ArrayList<DeadLetter>();
                Enumeration<?> messages = browser.getEnumeration();
                while (messages.hasMoreElements() && letters.size() < MOST) {
                    var letter = letter((Message) messages.nextElement());
                    if (wanted.test(letter)) {
                        letters.add(selector == null ? letter.listed() : letter);
                    }
                }
                return letters;
            }));
        } catch (InvalidDestinationException e) {
            // Nothing was ever moved there.
            return List.of();
        }
    }

    private DeadLetter letter(Message message) throws JMSException {
        String event = message.getStringProperty("event");
        String body;
        try {
            var received = JmsIntake.received(message);
            event = event == null ? received.event() : event;
            body = new String(received.json(), StandardCharsets.UTF_8);
        } catch (EventRejected e) {
            body = new String(DeadLetters.bytes(message), StandardCharsets.UTF_8);
        }
        String reason = message.getStringProperty(DeadLetters.REASON);
        return new DeadLetter(
                name(),
                message.getJMSMessageID(),
                Instant.ofEpochMilli(message.getJMSTimestamp()),
                event,
                queue,
                reason == null ? "no reason" : reason,
                "",
                body,
                false);
    }

    @Override
    public boolean remove(DeadLetter letter) {
        return jms != null && jms.receiveSelected(queue, selector(letter.key())) != null;
    }
}
