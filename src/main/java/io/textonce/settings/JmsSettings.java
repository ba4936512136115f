package io.textonce.settings;

import static io.textonce.settings.TextOnceProperties.MOST;
import static io.textonce.settings.TextOnceProperties.PARALLEL;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.util.Map;
import org.hibernate.validator.constraints.Range;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the broker and its queues. {@code spring.artemis} has the address of an Artemis.
 *
 * @param client JMS client: artemis, amqp (AMQP 1.0), activemq (ActiveMQ Classic), or the class of a connection factory
 * @param brokerUrl address of a broker that is not reached by the client artemis
 * @param user user of that broker
 * @param password password of that user
 * @param properties properties of the client's connection factory, by name
 * @param transacted false for a broker without transactions: messages are acknowledged, dead letters go into the table
 * @param eventsQueue queue of events
 * @param deadLetterQueue dead letter queue of rejected events, with the reason
 * @param inboundQueue queue of inbound messages other than STOP and HELP
 * @param consumers messages processed at once
 * @param urgentConsumers urgent messages processed at once besides; 0 for a broker without selectors
 */
public record JmsSettings(
        @NotBlank(message = SettingFaults.MISSING)
        @Pattern(
                regexp = "|artemis|amqp|activemq|.+\\..+",
                message = "must be artemis, amqp, activemq or the class of a connection factory")
        String client,

        String brokerUrl,
        String user,
        String password,
        @DefaultValue Map<String, String> properties,
        boolean transacted,
        @NotBlank(message = SettingFaults.MISSING) String eventsQueue,
        @NotBlank(message = SettingFaults.MISSING) String deadLetterQueue,
        @NotBlank(message = SettingFaults.MISSING) String inboundQueue,
        @Range(min = 1, max = MOST, message = PARALLEL) int consumers,

        @Range(max = MOST, message = "must be a number from 0 to 10000")
        int urgentConsumers) {

    public static final String ARTEMIS = "artemis";
    public static final String AMQP = "amqp";
    public static final String ACTIVEMQ = "activemq";

    public boolean isArtemis() {
        return client.equals(ARTEMIS);
    }

    /** Returns the class of the connection factory of a client other than Artemis'. */
    public String factoryClass() {
        return switch (client) {
            case AMQP -> "io.textonce.broker.AmqpConnectionFactory";
            case ACTIVEMQ -> "org.apache.activemq.ActiveMQConnectionFactory";
            default -> client;
        };
    }

    @Override
    public String toString() {
        return "JmsSettings[" + client + "]";
    }
}
