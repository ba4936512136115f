package io.textonce.retention;

import io.textonce.phone.WrittenNumbers;
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
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jms.InvalidDestinationException;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.stereotype.Component;

/** Erasure of dead letters and of the queues that contain phone numbers and that only TextOnce and operators read. */
@Component
final class DeadLetterErasure {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterErasure.class);

    /** Letters that are in memory at once while the table is read; each may have 64 KiB. */
    private static final int FETCHED = 50;

    /** Maximum wait for a message that was just browsed: no one else reads it. */
    private static final long RECEIVE_TIMEOUT_MILLIS = 2_000;

    private final @Nullable JmsTemplate jms;
    private final List<String> queues;
    private final List<String> notSearched;
    private final WrittenNumbers numbers;
    private final JdbcTemplate jdbc;

    @Autowired
    DeadLetterErasure(
            TextOnceProperties settings,
            ObjectProvider<ConnectionFactory> broker,
            WrittenNumbers numbers,
            JdbcTemplate jdbc) {
        this(
                settings.hasDeadLetterQueue() ? jms(broker.getObject()) : null,
                List.of(settings.jms().deadLetterQueue(), settings.jms().inboundQueue()),
                settings.intakes().contains("jms") && !settings.hasDeadLetterQueue()
                        ? List.of(settings.jms().inboundQueue())
                        : List.of(),
                numbers,
                jdbc);
    }

    /** @param jms null where there is no broker, or one that may delete what is browsed */
    DeadLetterErasure(@Nullable JmsTemplate jms, List<String> queues, WrittenNumbers numbers, JdbcTemplate jdbc) {
        this(jms, queues, List.of(), numbers, jdbc);
    }

    private DeadLetterErasure(
            @Nullable JmsTemplate jms,
            List<String> queues,
            List<String> notSearched,
            WrittenNumbers numbers,
            JdbcTemplate jdbc) {
        this.notSearched = notSearched;
        this.jms = jms;
        this.queues = queues;
        this.numbers = numbers;
        this.jdbc = new JdbcTemplate(Objects.requireNonNull(jdbc.getDataSource()));
        this.jdbc.setFetchSize(FETCHED);
    }

    private static JmsTemplate jms(ConnectionFactory broker) {
        var jms = new JmsTemplate(broker);
        jms.setReceiveTimeout(RECEIVE_TIMEOUT_MILLIS);
        return jms;
    }

    /** Returns the queues that may have the number and can't be searched, since their broker may delete what is browsed. */
    List<String> notSearched() {
        return notSearched;
    }

    /**
     * Removes the messages that contain the number, however it is escaped and spelled, and returns how many.
     *
     * @throws org.springframework.jms.JmsException when the broker can't be reached
     */
    int forget(Set<String> spellings) {
        int gone = 0;
        for (String queue : jms == null ? List.<String>of() : queues) {
            try {
                gone += forget(jms, queue, spellings);
            } catch (InvalidDestinationException e) {
                LOG.info("Queue {} does not exist, so it is not searched", queue);
            }
        }
        return gone;
    }

    private int forget(JmsTemplate broker, String queue, Set<String> spellings) {
        List<String> found = broker.browse(queue, (session, browser) -> {
            var ids = new ArrayList<String>();
            for (Object each : Collections.list((java.util.Enumeration<?>) browser.getEnumeration())) {
                if (holds(text((Message) each), spellings)) {
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

    /** Removes the letters of the table that contain the number, in the caller's transaction, and returns how many. */
    int forgetStored(Set<String> spellings) {
        var found = new ArrayList<byte[]>();
        jdbc.query("SELECT sha256, body FROM textonce.dead_letters", row -> {
            if (holds(new String(row.getBytes("body"), StandardCharsets.UTF_8), spellings)) {
                found.add(row.getBytes("sha256"));
            }
        });
        return found.isEmpty()
                ? 0
                : jdbc.update("DELETE FROM textonce.dead_letters WHERE sha256 = ANY (?)", (Object)
                        found.toArray(byte[][]::new));
    }

    private boolean holds(String text, Set<String> spellings) {
        return numbers.isIn(
                text,
                spellings.stream().map(WrittenNumbers::lastDigits).collect(Collectors.toSet()),
                spellings::contains);
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
