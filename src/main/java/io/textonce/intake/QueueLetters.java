package io.textonce.intake;

import io.textonce.event.EventRejected;
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
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jms.InvalidDestinationException;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.stereotype.Component;

/** Dead letters of the dead-letter queue, which is browsed: a message stays there until it is replayed or discarded. */
@Component
final class QueueLetters implements DeadLetterPlace {

    private static final long RECEIVE_TIMEOUT_MILLIS = 2_000;

    private final @Nullable JmsTemplate jms;
    private final String queue;

    QueueLetters(TextOnceProperties settings, ObjectProvider<ConnectionFactory> broker) {
        this.queue = settings.jms().deadLetterQueue();
        this.jms = settings.intakes().contains("jms") ? new JmsTemplate(broker.getObject()) : null;
        if (jms != null) {
            jms.setReceiveTimeout(RECEIVE_TIMEOUT_MILLIS);
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
    public List<DeadLetter> list() {
        return browse(null);
    }

    @Override
    public Optional<DeadLetter> find(String key) {
        return browse(selector(key)).stream().findFirst();
    }

    private static String selector(String id) {
        return "JMSMessageID = '" + id.replace("'", "''") + "'";
    }

    private List<DeadLetter> browse(@Nullable String selector) {
        if (jms == null) {
            return List.of();
        }
        try {
            return Objects.requireNonNull(jms.browseSelected(queue, selector, (session, browser) -> {
                var letters = new ArrayList<DeadLetter>();
                Enumeration<?> messages = browser.getEnumeration();
                while (messages.hasMoreElements() && letters.size() < MOST) {
                    letters.add(letter((Message) messages.nextElement()));
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
