package io.textonce.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.LogRecorder;
import io.textonce.sandbox.ProductionTest;
import io.textonce.sandbox.Sandbox;
import io.textonce.twilio.StatusCallback;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The fields of log lines that are read by machines; how they are masked says MaskingEncoderTest. */
@ProductionTest
class JsonLogTest {

    @Test
    void namesEventDeliveryAndSidWhereACallbackIsLogged(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        var callbacks = (Logger) LoggerFactory.getLogger(StatusCallback.class);
        callbacks.setLevel(Level.DEBUG);
        try (var log = new LogRecorder()) {
            post(sandbox, id, number);
            sandbox.awaitStatus(id, "delivered");
            var delivery = sandbox.delivery(id);
            String sid = (String) delivery.get("message_sid");

            await().untilAsserted(() -> assertThat(log.fields("callback delivered for " + sid))
                    .singleElement()
                    .satisfies(fields -> assertThat(fields)
                            .containsAllEntriesOf(Map.of(
                                    "eventId",
                                    id,
                                    "deliveryId",
                                    delivery.get("id").toString(),
                                    "sid",
                                    sid))));
        } finally {
            callbacks.setLevel(null);
        }
    }

    @Test
    void namesEventAndDeliveryWhereAnOutcomeIsUnclear(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        // A callback might overtake the answer.
        sandbox.twilio().forNumber(number, 1, Fault.answersGarbage().and(Fault.losesCallbacks()));

        try (var log = new LogRecorder()) {
            post(sandbox, id, number);

            String delivery = sandbox.delivery(id).get("id").toString();
            assertThat(log.fields("Outcome of delivery " + delivery + " is unknown"))
                    .singleElement()
                    .satisfies(fields ->
                            assertThat(fields).containsEntry("eventId", id).containsEntry("deliveryId", delivery));
        }
    }

    /** Beside a second one, Logback copies its list of filters each time that a library calls a logger. */
    @Test
    void hasOneFilterForAllCallsOfLoggers() {
        assertThat(((LoggerContext) LoggerFactory.getILoggerFactory()).getTurboFilterList())
                .singleElement()
                .isInstanceOf(LogFields.Filter.class);
    }

    private static void post(Sandbox sandbox, String id, String number) {
        sandbox.postAs("shop-token", "order-shipped", sandbox.orderShipped(id, number));
    }
}
