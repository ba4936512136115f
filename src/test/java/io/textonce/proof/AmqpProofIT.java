package io.textonce.proof;

import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.AppProcess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the proof says of the queue is true over AMQP, too: killed around each claim and acknowledgement, and without its broker. */
@Tag("proof")
class AmqpProofIT extends Proof {

    private static final List<String> STEPS =
            List.of("sms-send-once:before:5", "sms-post-create:after:5", "intake-jms-to-event:after:3");

    private boolean transacted = true;

    @Override
    AppProcess instance() {
        return super.instance()
                .with("TEXTONCE_JMS_CLIENT", "amqp")
                .with("TEXTONCE_JMS_BROKER_URL", "amqp://" + peers.broker().address())
                .with("TEXTONCE_JMS_TRANSACTED", String.valueOf(transacted));
    }

    @Test
    void survivesKillsAndItsBrokerOverAmqp() {
        survivesKillsAndItsBroker("over AMQP");
    }

    @Test
    void survivesKillsAndItsBrokerOverAmqpWithoutTransactions() {
        transacted = false;
        survivesKillsAndItsBroker("over AMQP without transactions");
    }

    private void survivesKillsAndItsBroker(String how) {
        try (var load = new Load(peers, () -> app)) {
            for (String step : STEPS) {
                app = instance().with("HALT_AT", step);
                app.startOrEnd();
                load.start(EVENTS / 4);
                await(step).atMost(Duration.ofSeconds(60)).until(() -> !app.isAlive());
            }
            app = start();
            load.start(EVENTS);
            park(Duration.ofMillis(500));
            peers.broker().close();
            park(Duration.ofSeconds(2));
            peers.broker().start();
            load.awaitSent(MOST);

            judge("killed, and the broker restarted, " + how, load, STEPS.size() + " halts, 1 restart");
        }
    }
}
