package io.textonce.threats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threat: text of a stranger is evaluated, by Camel's languages, by the template or by the logging. */
@SandboxTest
class ExpressionInjectionTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${body}",
                "${variable.sms}",
                "${env:TEXTONCE_HASH_KEY}",
                "$simple{sys.user.home}",
                "${bean:deliveries?method=clear}",
                "{{textonce.hash-key}}",
                "{{body.phone}}",
                "{{{body.phone}}}",
                "{{>order-shipped}}",
                "{{=<% %>=}}<%body.phone%>",
                "#{T(java.lang.Runtime).getRuntime()}",
                "${jndi:ldap://127.0.0.1/a}",
                "<script>alert(1)</script>",
                "%s %d %n",
                "RAW(x)",
            })
    void textsWhatTheEventSaysToTheLetter(String expression, Sandbox sandbox) throws IOException {
        String number = sandbox.newNumber();
        var event = (ObjectNode) JSON.readTree(sandbox.orderShipped(sandbox.newEventId(), number));
        event.put("orderId", expression);
        event.remove("trackingUrl");

        var answer = sandbox.post("order-shipped", event.toString());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(sandbox.twilio().sentTo(number))
                .singleElement()
                .satisfies(text -> assertThat(text.body()).isEqualTo("Your order " + expression + " has shipped."));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%24%7Bbody%7D",
                "order-shipped%3Fx=1",
                "%7B%7Btextonce.home%7D%7D",
                "sms-send",
                "bean:deliveries"
            })
    void reachesNoEndpointByTheNameOfAnEvent(String name, Sandbox sandbox) {
        String number = sandbox.newNumber();

        var answer = sandbox.send(HttpRequest.newBuilder(URI.create(sandbox.uri("/api/") + name + "-sms"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(sandbox.orderShipped(sandbox.newEventId(), number))));

        assertThat(answer.statusCode()).as(answer.body()).isIn(400, 404);
        assertThat(sandbox.twilio().postsTo(number)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"${body}", "order-shipped?block=false", "sms-send", "../order-shipped"})
    void reachesNoEndpointByTheNameInAMessage(String name, Sandbox sandbox) {
        String number = sandbox.newNumber();

        sandbox.publish(name, sandbox.orderShipped(sandbox.newEventId(), number));
        var dead = sandbox.jms().receiveSelected("textonce.events.dead", "event = '" + name + "'");

        assertThat(dead).isNotNull();
        await().until(() -> sandbox.twilio().sentTo(number).isEmpty());
    }
}
