package io.textonce.sandbox;

import io.textonce.privacy.CommandConsole;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.springframework.core.NestedExceptionUtils;

/** Message with an event, to the queue of events of a running sandbox or of another broker. */
public final class SendJms {

    static final String SANDBOX = "tcp://localhost:61616";

    private static final Pattern ADDRESS = Pattern.compile("(tcp|amqps?)://.");

    private static final String QUEUE = "textonce.events";

    private SendJms() {}

    static int run(String event, Path file, String url) throws IOException {
        if (!ADDRESS.matcher(url).find()) {
            System.err.println(
                    "The address of a broker is tcp://HOST:PORT (Artemis) or amqp://HOST:PORT, and is not " + url);
            return CommandConsole.USAGE;
        }
        String body = Files.readString(file);
        SandboxApplication.silence();
        try {
            String id = send(event, body, url);
            System.out.println("sent to " + QUEUE + " at " + url + " as " + id);
            return CommandConsole.OK;
        } catch (JMSException e) {
            System.err.println("Nothing was sent: the broker at " + url + " is unavailable or rejects the message ("
                    + NestedExceptionUtils.getMostSpecificCause(e).getMessage() + ")");
            return CommandConsole.FINDINGS;
        }
    }

    /**
     * Sends a text message with the event's name in the property {@code event}.
     *
     * @param url of AMQP, or of Artemis' own protocol
     * @return its JMSMessageID
     */
    public static String send(String event, String body, String url) throws JMSException {
        ConnectionFactory broker =
                url.startsWith("amqp") ? new JmsConnectionFactory(url) : new ActiveMQConnectionFactory(url);
        try (var connection = broker.createConnection();
                var session = connection.createSession()) {
            var message = session.createTextMessage(body);
            message.setStringProperty("event", event);
            session.createProducer(session.createQueue(QUEUE)).send(message);
            return message.getJMSMessageID();
        }
    }
}
