package io.textonce.delivery;

import static io.textonce.sandbox.Fault.stopsAt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.textonce.event.EventRejected;
import io.textonce.message.TestSms;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioWebhook;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataIntegrityViolationException;

/** What shares a statement shares no failure. */
@SandboxTest
class SharedStatementTest {

    @Autowired
    private CamelContext camel;

    @Autowired
    private ProducerTemplate template;

    @Test
    void takesTheCallbacksOfOtherTextsWhileARowIsLocked(Sandbox sandbox) throws SQLException {
        var texts = IntStream.range(0, 12).mapToObj(i -> sent(sandbox)).toList();
        var locked = texts.get(5);
        List<TwilioWebhook> answers;
        try (var connection = sandbox.context()
                        .getBean("dataSource", DataSource.class)
                        .getConnection();
                var lock = connection.prepareStatement(
                        "SELECT id FROM textonce.deliveries WHERE message_sid = ? FOR UPDATE")) {
            connection.setAutoCommit(false);
            lock.setString(1, locked);
            lock.execute();

            var calls = texts.stream()
                    .map(sid -> CompletableFuture.supplyAsync(
                            () -> sandbox.twilio().reports(sid, "delivered", null), call -> new Thread(call).start()))
                    .toList();
            answers = calls.stream().map(CompletableFuture::join).toList();
            connection.rollback();
        }

        assertThat(answers.stream().collect(Collectors.groupingBy(TwilioWebhook::status, Collectors.counting())))
                .isEqualTo(Map.of(204, 11L, 503, 1L));
        assertThat(answers.get(5).status()).isEqualTo(503);
        assertThat(sandbox.twilio().reports(locked, "delivered", null).status()).isEqualTo(204);
    }

    @Test
    void claimsAllEventsButTheOneThatNoIndexCanHold(Sandbox sandbox) {
        var deliveries = sandbox.context().getBean(IdempotentClaims.class);
        var random = new Random(7);
        String tooLong = random.ints(8_000, '!', '~')
                .mapToObj(character -> String.valueOf((char) character))
                .collect(Collectors.joining());

        var good = IntStream.range(0, 100)
                .mapToObj(i -> claim(deliveries, sandbox, "shared-" + i))
                .toList();
        var bad = claim(deliveries, sandbox, tooLong);

        assertThat(good.stream().map(CompletableFuture::join)).containsOnly(true);
        assertThatThrownBy(bad::join).hasCauseInstanceOf(DataIntegrityViolationException.class);
        sandbox.database().update("DELETE FROM textonce.deliveries WHERE event_id LIKE 'shared-%'");
    }

    private CompletableFuture<Boolean> claim(IdempotentClaims deliveries, Sandbox sandbox, String eventId) {
        var sms = TestSms.of(TestSms.policy(), eventId, Peers.FROM_NUMBER, sandbox.newNumber(), "text");
        var exchange = new DefaultExchange(camel);
        exchange.setVariable("sms", sms);
        return CompletableFuture.supplyAsync(
                () -> deliveries.add(exchange, sms.key()), call -> new Thread(call).start());
    }

    @Test
    void refusesAnIdThatNoIndexCanHoldBeforeTheClaim(Sandbox sandbox) throws Exception {
        String id = "x".repeat(256);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:long-ids").routeId("long-ids").to("kamelet:sms-send-sink?event=long-ids&purpose=tests");
            }
        });

        assertThatThrownBy(() -> send(sandbox, id))
                .rootCause()
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection -> assertThat(rejection.details())
                                .isEqualTo(Map.of("eventId", List.of("must be at most 255 characters"))));
        send(sandbox, id.substring(1));

        sandbox.awaitStatus(id.substring(1), "delivered");
        camel.getRouteController().stopRoute("long-ids");
        camel.removeRoute("long-ids");
    }

    private void send(Sandbox sandbox, String id) {
        var sent = template.request("direct:long-ids", exchange -> {
            exchange.setVariable("text", "Hello");
            exchange.getMessage()
                    .setBody(Map.of("eventId", id, "phone", sandbox.newNumber(), "consentAt", "2026-06-02T09:00:00Z"));
        });
        if (sent.getException() != null) {
            throw new IllegalStateException(sent.getException());
        }
    }

    private static String sent(Sandbox sandbox) {
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, stopsAt("queued"));
        var answer = sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), number));
        return sandbox.json(answer).path("sid").asText();
    }
}
