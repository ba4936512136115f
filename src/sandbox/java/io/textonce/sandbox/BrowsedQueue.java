package io.textonce.sandbox;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jms.InvalidDestinationException;
import org.springframework.jms.core.JmsTemplate;

/** Browser of a queue; the broker removes one that is empty. */
public final class BrowsedQueue {

    private BrowsedQueue() {}

    /** Returns what is read of the messages of a queue, without null. */
    public static <T> List<T> read(JmsTemplate jms, String queue, Reader<T> reader) {
        try {
            return jms.browse(queue, (session, browser) -> {
                var found = new ArrayList<T>();
                for (var messages = browser.getEnumeration(); messages.hasMoreElements(); ) {
                    T read = reader.read((Message) messages.nextElement());
                    if (read != null) {
                        found.add(read);
                    }
                }
                return found;
            });
        } catch (InvalidDestinationException e) {
            return List.of();
        }
    }

    /** Reader of a message; null if it is not of interest. */
    @FunctionalInterface
    public interface Reader<T> {

        @Nullable
        T read(Message message) throws JMSException;
    }
}
