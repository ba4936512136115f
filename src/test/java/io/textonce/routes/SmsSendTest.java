package io.textonce.routes;

import static io.textonce.delivery.DeliveryStatus.REJECTED;
import static io.textonce.sandbox.Fault.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SandboxTest
class SmsSendTest {

    @Test
    void sendsTheTextOfAnEventOnce(Sandbox sandbox) {
        var order = sandbox.order();

        var first = order.post().answer();
        var second = order.post().answer();

        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(sandbox.json(second).get("sid"))
                .isEqualTo(sandbox.json(first).get("sid"));
        assertThat(order.messages())
                .extracting(TwilioMessage::body)
                .containsExactly("Your order 1001 has shipped. Tracking: https://example.com/track/1001");
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 200})
    void sendsOnceForManyPostsOfOneEventAtOnce(int posts, Sandbox sandbox) {
        var order = sandbox.order();

        var answers = IntStream.range(0, posts)
                .parallel()
                .mapToObj(n -> sandbox.post("order-shipped", order.json()))
                .toList();

        assertThat(order.messages()).hasSize(1);
        assertThat(answers).extracting(answer -> answer.statusCode()).isSubsetOf(200, 202);
    }

    @RepeatedTest(3)
    void sendsOnceForManyPostsOfARejectedEventAtOnce(Sandbox sandbox) {
        var order = sandbox.order().meeting(1, refuses(21408)).post().await(REJECTED);

        IntStream.range(0, 20).parallel().forEach(n -> sandbox.post("order-shipped", order.json()));

        assertThat(order.posts()).isEqualTo(2);
        assertThat(order.messages()).hasSize(1);
        assertThat(order.delivery()).containsEntry("attempt", 2);
    }

    @Test
    void asksTwilioToMakeCurlyQuotesPlainWhereThePolicySaysSo(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        sandbox.context()
                .getBean(ProducerTemplate.class)
                .send("kamelet:sms-send-sink?event=note&purpose=notes&smartEncoded=true&maxSegments=1", exchange -> {
                    exchange.setVariable("text", "It’s “here” – soon… " + "a".repeat(130));
                    exchange.getMessage()
                            .setBody(Map.of("eventId", id, "phone", number, "consentAt", "2026-06-02T09:00:00Z"));
                });

        assertThat(sandbox.twilio().sentTo(number))
                .extracting(TwilioMessage::body)
                .containsExactly("It's \"here\" - soon... " + "a".repeat(130));
        assertThat(sandbox.json(sandbox.get("/api/deliveries?eventId=" + id))
                        .at("/deliveries/0/segments")
                        .asInt())
                .isEqualTo(1);
    }
}
