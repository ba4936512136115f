package io.textonce.retention;

import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.jms.core.JmsTemplate;

/** The queues that hold what people's numbers stand in and that nobody but us and an operator reads. */
final class DeadLetters {

    private final @Nullable JmsTemplate jms;
    private final List<String> queues;

    /** @param jms null where there is no broker */
    DeadLetters(@Nullable JmsTemplate jms, List<String> queues) {
        this.jms = jms;
        this.queues = queues;
    }

    /** Takes the messages away in which the number stands, however it is escaped, and says how many. */
    int forget(String e164) {
        if (jms == null) {
            return 0;
        }
        var number = Pattern.compile("(?<!\\d)" + e164.substring(1) + "(?!\\d)");
        int gone = 0;
        for (String queue : queues) {
            List<String> found = jms.browse(queue, (session, browser) -> {
                var ids = new ArrayList<String>();
                for (Object each : Collections.list((java.util.Enumeration<?>) browser.getEnumeration())) {
                    if (number.matcher(text((Message) each)).find()) {
                        ids.add(((Message) each).getJMSMessageID());
                    }
                }
                return ids;
            });
            for (String id : found == null ? List.<String>of() : found) {
                if (jms.receiveSelected(queue, "JMSMessageID = '" + id + "'") != null) {
                    gone++;
                }
            }
        }
        return gone;
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
