package io.textonce.routes;

import static io.textonce.sandbox.Fault.answers;
import static io.textonce.sandbox.Fault.resets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.textonce.event.EventRejected;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioPost;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

/** What an event's policy asks of Twilio, as it goes over the wire. */
@SandboxTest
class SmsSendSinkTest {

    private static final String SERVICE = "MG0123456789abcdef0123456789abcdef";
    private static final String CONTENT = "HX0123456789abcdef0123456789abcdef";

    @Autowired
    private CamelContext camel;

    @Autowired
    private ProducerTemplate template;

    @AfterEach
    void closeTheRoute() throws Exception {
        if (camel.getRoute("own-policy") != null) {
            camel.getRouteController().stopRoute("own-policy");
            camel.removeRoute("own-policy");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "smartEncoded=true, SmartEncoded, true",
        "smartEncoded=false, SmartEncoded, false",
        "shortenUrls=true&messagingService=MG00000000000000000000000000000001, ShortenUrls, true",
        "riskCheck=disable, RiskCheck, disable",
        "riskCheck=enable, RiskCheck, enable",
        "maxPrice=0.05, MaxPrice, 0.05",
        "timeToLive=1h, ValidityPeriod, 3600",
    })
    void asksTwilioForWhatThePolicySays(String policy, String parameter, String value, Sandbox sandbox)
            throws Exception {
        open(policy);
        String number = sandbox.newNumber();

        send(sandbox.newEventId(), number, Map.of());

        var post = onlyPost(sandbox, number);
        assertThat(post.parameter("Body")).isEqualTo("Hello");
        if (parameter.equals("ValidityPeriod")) {
            assertThat(Integer.parseInt(post.parameter(parameter))).isBetween(3_590, 3_600);
        } else {
            assertThat(post.parameter(parameter)).isEqualTo(value);
        }
    }

    @Test
    void asksForNothingByItself(Sandbox sandbox) throws Exception {
        open("");
        String number = sandbox.newNumber();

        send(sandbox.newEventId(), number, Map.of());

        assertThat(onlyPost(sandbox, number).parameters())
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder("To", "From", "Body", "StatusCallback");
    }

    @Test
    void asksForTheSameWhenAHeldTextIsSent(Sandbox sandbox) throws Exception {
        open("smartEncoded=true&riskCheck=disable");
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 4, answers(429).withRetryAfter(0));

        send(id, number, Map.of());
        sandbox.database()
                .update("UPDATE textonce.deliveries SET due_at = now() WHERE event_id = ? AND status = 'held'", id);

        await().atMost(Duration.ofSeconds(20))
                .until(() -> !sandbox.twilio().sentTo(number).isEmpty());
        assertThat(sandbox.twilio().postsTo(number)).hasSize(5).allSatisfy(post -> {
            assertThat(post.parameter("SmartEncoded")).isEqualTo("true");
            assertThat(post.parameter("RiskCheck")).isEqualTo("disable");
        });
    }

    @Test
    void letsAMessagingServiceOfItsOwnChooseTheSender(Sandbox sandbox) throws Exception {
        open("messagingService=" + SERVICE);
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        send(id, number, Map.of());

        assertThat(onlyPost(sandbox, number).parameter("MessagingServiceSid")).isEqualTo(SERVICE);
        assertThat(onlyPost(sandbox, number).parameter("From")).isNull();
        assertThat(sandbox.delivery(id)).containsEntry("sender", SERVICE);
    }

    @Test
    void leavesAPlannedTextToTwilioAlsoWhenItHadToBeHeldBefore(Sandbox sandbox) throws Exception {
        open("schedule=twilio&timeToLive=1h&messagingService=" + SERVICE);
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        var sendAt = Instant.now().plus(Duration.ofHours(2)).truncatedTo(ChronoUnit.SECONDS);
        sandbox.twilio().forNumber(number, 4, answers(429).withRetryAfter(0));

        send(id, number, Map.of("sendAt", sendAt.atOffset(ZoneOffset.ofHours(9)).toString()));
        sandbox.database()
                .update("UPDATE textonce.deliveries SET due_at = now() WHERE event_id = ? AND status = 'held'", id);

        sandbox.awaitStatus(id, "scheduled");
        assertThat(sandbox.twilio().postsTo(number)).hasSize(5).allSatisfy(post -> {
            assertThat(post.parameter("ScheduleType")).isEqualTo("fixed");
            assertThat(post.parameter("SendAt")).isEqualTo(sendAt.toString());
            assertThat(post.parameter("ValidityPeriod")).isEqualTo("3600");
        });
        assertThat(sandbox.delivery(id)).containsEntry("sender", SERVICE);
    }

    @Test
    void holdsATextThatIsTooNearForTwilioToPlan(Sandbox sandbox) throws Exception {
        open("schedule=twilio&messagingService=" + SERVICE);
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        send(id, number, Map.of("sendAt", Instant.now().plusSeconds(60).toString()));

        assertThat(sandbox.delivery(id)).containsEntry("status", "held");
        assertThat(sandbox.twilio().postsTo(number)).isEmpty();
    }

    @Test
    void holdsATextThatTwilioCanNotPlanForWantOfAMessagingService(Sandbox sandbox) throws Exception {
        open("schedule=twilio&messagingService=");
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        send(id, number, Map.of("sendAt", Instant.now().plusSeconds(7200).toString()));

        assertThat(sandbox.delivery(id)).containsEntry("status", "held");
        assertThat(sandbox.twilio().postsTo(number)).isEmpty();
    }

    @Test
    void sendsATemplateOfTwiliosWithTheValuesOfTheEvent(Sandbox sandbox) throws Exception {
        open("onUnknown=hold&contentSid=" + CONTENT);
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        send(id, number, Map.of("contentVariables", Map.of("1", "A \"quoted\" name", "2", "Bücher")));

        var post = onlyPost(sandbox, number);
        assertThat(post.parameter("Body")).isNull();
        assertThat(post.parameter("MediaUrl")).isNull();
        assertThat(post.parameter("ContentSid")).isEqualTo(CONTENT);
        assertThat(post.parameter("ContentVariables")).isEqualTo("{\"1\":\"A \\\"quoted\\\" name\",\"2\":\"Bücher\"}");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.delivery(id).get("body")).isNull();
    }

    @Test
    void neverSendsATemplateAgainOnTheEvidenceOfAListThatCanNotShowIt(Sandbox sandbox) throws Exception {
        open("onUnknown=hold&reconciliationWindow=2m&contentSid=" + CONTENT);
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, resets().afterRecording().and(Fault.losesCallbacks()));

        send(id, number, Map.of("contentVariables", Map.of("1", "x")));
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            sandbox.database()
                    .update(
                            "UPDATE textonce.deliveries SET due_at = now(), unknown_since = now() - interval '7 hours'"
                                    + " WHERE event_id = ? AND status = 'unknown' AND due_at IS NOT NULL",
                            id);
            return sandbox.delivery(id).get("status").equals("held");
        });

        assertThat(sandbox.delivery(id)).containsEntry("due_at", null);
        assertThat(sandbox.twilio().postsTo(number)).hasSize(1);
    }

    @Test
    void refusesValuesThatAreNoTexts(Sandbox sandbox) throws Exception {
        open("onUnknown=drop&contentSid=" + CONTENT);
        String number = sandbox.newNumber();

        assertThatThrownBy(() ->
                        send(sandbox.newEventId(), number, Map.of("contentVariables", Map.of("1", List.of("x")))))
                .rootCause()
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection -> assertThat(rejection.details()).containsOnlyKeys("contentVariables"));
        assertThat(sandbox.twilio().postsTo(number)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "smartEncoded=yes, smartEncoded must be true or false",
        "reconciliationWindow=5s, reconciliationWindow must be at least 97s (list lag 60s + pool time-out 2s + connect time-out 5s + read time-out 30s)",
        "reconciliationWindow=96s&onUnknown=hold, 'reconciliationWindow must be at least 97s'",
        "shortenUrls=1, shortenUrls must be true or false",
        "riskCheck=off, riskCheck must be enable or disable",
        "maxPrice=5c, maxPrice must be US dollars such as 0.05",
        "onUnknown=hold&contentSid=HX1, contentSid must be HX",
        "contentSid=HX0123456789abcdef0123456789abcdef, onUnknown must be hold or drop",
    })
    void refusesAWrongPolicyWhenTheRouteIsLoaded(String policy, String words) {
        assertThatThrownBy(() -> open(policy)).rootCause().hasMessageContaining(words);
    }

    private void open(String policy) throws Exception {
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:own-policy")
                        .routeId("own-policy")
                        .to("kamelet:sms-send-sink?event=own-policy&purpose=tests"
                                + (policy.isEmpty() ? "" : "&" + policy));
            }
        });
    }

    private void send(String id, String number, Map<String, Object> more) {
        Map<String, Object> event = new HashMap<>(more);
        event.putAll(Map.of("eventId", id, "phone", number, "consentAt", "2026-06-02T09:00:00Z"));
        var sent = template.request("direct:own-policy", exchange -> {
            exchange.setVariable("text", "Hello");
            exchange.getMessage().setBody(event);
        });
        if (sent.getException() != null) {
            throw new IllegalStateException(sent.getException());
        }
    }

    private static TwilioPost onlyPost(Sandbox sandbox, String number) {
        var posts = sandbox.twilio().postsTo(number);
        assertThat(posts).hasSize(1);
        return posts.get(0);
    }
}
