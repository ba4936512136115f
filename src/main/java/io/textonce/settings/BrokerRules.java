package io.textonce.settings;

import java.util.Map;
import org.springframework.util.ClassUtils;

/** Rules of the broker's settings: its address, the class of its client, and queues that are not each other's. */
final class BrokerRules {

    private static final String URL = "textonce.jms.broker-url";

    private final TextOnceProperties settings;
    private final SettingFaults faults;

    BrokerRules(TextOnceProperties settings, SettingFaults faults) {
        this.settings = settings;
        this.faults = faults;
    }

    void check() {
        queues();
        var jms = settings.jms();
        if (jms.isArtemis()) {
            faults.require(
                    "spring.artemis.broker-url",
                    url -> url.contains("://"),
                    "must be the address of the broker, such as tcp://broker:61616");
            return;
        }
        switch (jms.client()) {
            case JmsSettings.AMQP ->
                faults.require(URL, url -> url.matches("(failover:.*)?amqp.+"), "must be amqp://… or amqps://…");
            case JmsSettings.ACTIVEMQ -> faults.require(URL, url -> url.contains("://"), "must be tcp://… or ssl://…");
            default ->
                faults.demand(URL, jms.brokerUrl().isEmpty(), "is not read; set textonce.jms.properties of the class");
        }
        faults.demand(
                "textonce.jms.client",
                jms.client().isEmpty() || ClassUtils.isPresent(jms.factoryClass(), null),
                "needs the class " + jms.factoryClass() + "; put its jar and the jars it needs into the folder lib");
    }

    /** Messages that are published to the queue of events would come back as events. */
    private void queues() {
        var jms = settings.jms();
        Map.of(
                        "textonce.status.destination",
                        settings.status().destination(),
                        "textonce.verify.approved-destination",
                        settings.verify().approvedDestination(),
                        "textonce.jms.inbound-queue",
                        "queue:" + jms.inboundQueue(),
                        "textonce.jms.dead-letter-queue",
                        "queue:" + jms.deadLetterQueue())
                .forEach((setting, destination) -> faults.demand(
                        setting, !destination.equals("queue:" + jms.eventsQueue()), "must not be the queue of events"));
    }
}
