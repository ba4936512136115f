package io.textonce.retention;

import io.textonce.phone.PhoneNumbers;
import io.textonce.settings.TextOnceProperties;
import jakarta.jms.BytesMessage;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jms.InvalidDestinationException;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.stereotype.Component;

/** Erasure of the queues that contain phone numbers and that only TextOnce and operators read. */
@Component
final class DeadLetterErasure {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterErasure.class);

    private static final Pattern DIGITS = Pattern.compile("(?<!\\d)\\d{4,15}(?!\\d)");

    /** Maximum wait for a message that was just browsed: no one else reads it. */
    private static final long RECEIVE_TIMEOUT_MILLIS = 2_000;

    private final @Nullable JmsTemplate jms;
    private final List<String> queues;
    private final PhoneNumbers phones;

    @Autowired
    DeadLetterErasure(TextOnceProperties settings, ObjectProvider<ConnectionFactory> broker, PhoneNumbers phones) {
        this(
                settings.intakes().contains("jms") ? jms(broker.getObject()) : null,
                List.of(settings.jms().deadLetterQueue(), settings.jms().inboundQueue()),
                phones);
    }

    /** @param jms null where there is no broker */
    DeadLetterErasure(@Nullable JmsTemplate jms, List<String> queues, PhoneNumbers phones) {
        this.jms = jms;
        this.queues = queues;
        this.phones = phones;
    }

    private static JmsTemplate jms(ConnectionFactory broker) {
        var jms = new JmsTemplate(broker);
        jms.setReceiveTimeout(RECEIVE_TIMEOUT_MILLIS);
        return jms;
    }

    /**
     * Removes the messages that contain the number, however it is escaped and spelled, and returns how many.
     *
     * @throws org.springframework.jms.JmsException when the broker can't be reached
     */
    int forget(String e164) {
        int gone = 0;
        for (String queue : jms == null ? List.<String>of() : queues) {
            try {
                gone += forget(jms, queue, e164);
            } catch (InvalidDestinationException e) {
                LOG.info("Queue {} does not exist, so it is not searched", queue);
            }
        }
        return gone;
    }

    private int forget(JmsTemplate broker, String queue, String e164) {
        List<String> found = broker.browse(queue, (session, browser) -> {
            var ids = new ArrayList<String>();
            for (Object each : Collections.list((java.util.Enumeration<?>) browser.getEnumeration())) {
                if (holds(text((Message) each), e164)) {
                    ids.add(((Message) each).getJMSMessageID());
                }
            }
            return ids;
        });
        int gone = 0;
        for (String id : found == null ? List.<String>of() : found) {
            if (broker.receiveSelected(queue, "JMSMessageID = '" + id + "'") != null) {
                gone++;
            }
        }
        return gone;
    }

    private boolean holds(String text, String e164) {
        return DIGITS.matcher(text)
                .results()
                .anyMatch(digits -> phones.canonical("+" + digits.group()).equals(e164));
    }

    private static String text(Message message) throws JMSException {
        if (message instanceof TextMessage text) {
            return text.getText() == null ? "" : text.getText();
        }
        if (message instanceof BytesMessage bytes) {
            byte[] body = new byte[(int) Math.min(bytes.getBodyLength(), 1 << 20)];
            bytes.reset();
            bytes.readBytes(body);
            return new String(body, StandardCharsets.UTF_8);
        }
        return "";
    }
}
