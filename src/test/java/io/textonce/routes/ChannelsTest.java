package io.textonce.routes;

import static io.textonce.sandbox.Fault.answers;
import static io.textonce.sandbox.Fault.losesCallbacks;
import static io.textonce.sandbox.Fault.resets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.textonce.event.EventRejected;
import io.textonce.phone.PhoneHash;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** MMS, WhatsApp and RCS: what Twilio gets, and what the evidence for each of them proves. */
@SandboxTest
class ChannelsTest {

    private static final String CONTENT = "HX0123456789abcdef0123456789abcdef";
    private static final String SERVICE = "MG0123456789abcdef0123456789abcdef";
    private static final String FALLBACK = "+15557770009";
    private static final String PHOTO = "https://shop.example.com/photos/1.jpg?size=2";
    private static final String OTHER_PHOTO = "https://shop.example.com/photos/2.jpg";

    @Autowired
    private CamelContext camel;

    @Autowired
    private ProducerTemplate template;

    @Autowired
    private PhoneHash phoneHash;

    @AfterEach
    void closeTheRoute() throws Exception {
        camel.getRouteController().stopRoute("own-channel");
        camel.removeRoute("own-channel");
    }

    @Test
    void sendsTheMediaOfAnEventAlsoWhenItHadToBeHeld(Sandbox sandbox) throws Exception {
        open("media=photos");
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 4, answers(429).withRetryAfter(0));

        send(id, number, Map.of("photos", List.of(PHOTO, OTHER_PHOTO)));
        sandbox.awaitStatus(id, "held");
        sandbox.makeDue(id);

        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().postsTo(number)).hasSize(5).allSatisfy(post -> {
            assertThat(post.parameter("Body")).isEqualTo("Hello");
            assertThat(post.parameters())
                    .filteredOn(parameter -> parameter.getKey().equals("MediaUrl"))
                    .extracting(Map.Entry::getValue)
                    .containsExactly(PHOTO, OTHER_PHOTO);
        });
        assertThat(sandbox.twilio().sentTo(number))
                .singleElement()
                .satisfies(message -> assertThat(message.media()).isEqualTo(2))
                .satisfies(message -> assertThat(message.sid()).startsWith("MM"));
        assertThat(sandbox.delivery(id)).containsEntry("body", null).containsEntry("segments", null);
    }

    @Test
    void sendsMediaWithoutAText(Sandbox sandbox) throws Exception {
        open("media=photo");
        String number = sandbox.newNumber();

        send(sandbox.newEventId(), number, Map.of("photo", PHOTO), "");

        assertThat(sandbox.twilio().postsTo(number)).singleElement().satisfies(post -> {
            assertThat(post.parameter("MediaUrl")).isEqualTo(PHOTO);
            assertThat(post.parameter("Body")).isNull();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://shop.example.com/1.jpg", "1.jpg", "https://", "https://shop.example.com/a b"})
    void rejectsMediaThatTwilioCouldNotFetch(String address, Sandbox sandbox) throws Exception {
        open("media=photo");
        String number = sandbox.newNumber();

        assertThatThrownBy(() -> send(sandbox.newEventId(), number, Map.of("photo", address)))
                .rootCause()
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection -> assertThat(rejection.details()).containsOnlyKeys("photo"));
        assertThat(sandbox.twilio().postsTo(number)).isEmpty();
    }

    @Test
    void findsAnMmsByItsTextAndThatItHasMedia(Sandbox sandbox) throws Exception {
        open("media=photo");
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, resets().afterRecording().and(losesCallbacks()));

        send(id, number, Map.of("photo", PHOTO));
        awaitListed(sandbox, id, number);
        sandbox.makeDue(id);

        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    @Test
    void takesNoMessageOfTheSameTextWithOtherMediaForItsOwn(Sandbox sandbox) throws Exception {
        open("media=photo&reconciliationWindow=2m");
        String lost = sandbox.newEventId();
        String other = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, answers(500));
        send(lost, number, Map.of("photo", PHOTO));
        sandbox.twilio().forNumber(number, 1, resets().afterRecording().and(losesCallbacks()));
        send(other, number, Map.of("photo", OTHER_PHOTO));
        awaitListed(sandbox, other, number);

        age(sandbox, lost);
        age(sandbox, other);

        awaitChecked(sandbox, lost);
        awaitChecked(sandbox, other);
        assertThat(sandbox.delivery(lost)).containsEntry("status", "unknown");
        assertThat(sandbox.delivery(other)).containsEntry("status", "unknown");
        assertThat(sandbox.twilio().postsTo(number)).hasSize(2);
    }

    @Test
    void sendsATemplateOverWhatsAppAndRecordsThatItWasRead(Sandbox sandbox) throws Exception {
        open("channel=whatsapp&onUnknown=hold&contentSid=" + CONTENT);
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        send(id, number, Map.of("contentVariables", Map.of("1", "Ann")));

        sandbox.awaitStatus(id, "read");
        assertThat(sandbox.twilio().sentTo("whatsapp:" + number))
                .extracting(TwilioMessage::from)
                .containsExactly("whatsapp:" + Peers.FROM_NUMBER);
        assertThat(sandbox.twilio().postsTo("whatsapp:" + number))
                .singleElement()
                .satisfies(post -> {
                    assertThat(post.parameter("ContentSid")).isEqualTo(CONTENT);
                    assertThat(post.parameter("ContentVariables")).isEqualTo("{\"1\":\"Ann\"}");
                });
        assertThat(sandbox.delivery(id))
                .containsEntry("sender", "whatsapp:" + Peers.FROM_NUMBER)
                .satisfies(row -> assertThat((byte[]) row.get("phone_hash")).isEqualTo(phoneHash.of(number)))
                .satisfies(row -> assertThat((String) row.get("phone_masked")).doesNotContain(number));
    }

    @Test
    void sendsByTheChannelOfTheRecipientsAddress(Sandbox sandbox) throws Exception {
        open("messagingService=" + SERVICE);
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        send(id, "rcs:" + number, Map.of());

        sandbox.awaitStatus(id, "read");
        assertThat(sandbox.twilio().postsTo("rcs:" + number))
                .singleElement()
                .satisfies(post ->
                        assertThat(post.parameter("MessagingServiceSid")).isEqualTo(SERVICE));
        assertThat(sandbox.delivery(id)).containsEntry("phone", number);
        assertThat(sandbox.json(sandbox.get("/api/deliveries?phone=whatsapp%3A%2B" + number.substring(1)))
                        .toString())
                .contains(id);
    }

    @Test
    void rejectsAChannelThatHasNoSender(Sandbox sandbox) throws Exception {
        open("channel=rcs");

        assertThatThrownBy(() -> send(sandbox.newEventId(), sandbox.newNumber(), Map.of()))
                .rootCause()
                .hasMessage("There is no sender for the channel rcs.");
    }

    @Test
    void findsAMessageByItsAddressOfTheChannel(Sandbox sandbox) throws Exception {
        open("channel=rcs&fallbackFrom=12345&messagingService=" + SERVICE);
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber("rcs:" + number, 1, resets().afterRecording().and(losesCallbacks()));

        send(id, number, Map.of());
        awaitListed(sandbox, id, "rcs:" + number);
        await().until(() -> sandbox.twilio().sentTo("rcs:" + number).get(0).status(), "read"::equals);
        sandbox.makeDue(id);

        sandbox.awaitStatus(id, "read");
        assertThat(sandbox.twilio().postsTo("rcs:" + number))
                .singleElement()
                .satisfies(post -> assertThat(post.parameter("FallbackFrom")).isEqualTo("12345"));
    }

    @Test
    void doubtsWhetherAListedMessageIsOfItsTemplate(Sandbox sandbox) throws Exception {
        open("channel=whatsapp&onUnknown=drop&reconciliationWindow=2m&contentSid=" + CONTENT);
        String listed = sandbox.newEventId();
        String absent = sandbox.newEventId();
        String number = sandbox.newNumber();
        String other = sandbox.newNumber();
        sandbox.twilio()
                .forNumber("whatsapp:" + number, 1, resets().afterRecording().and(losesCallbacks()));
        sandbox.twilio().forNumber("whatsapp:" + other, 1, answers(500));
        send(listed, number, Map.of("contentVariables", Map.of("1", "Ann")));
        send(absent, other, Map.of("contentVariables", Map.of("1", "Bob")));
        awaitListed(sandbox, listed, "whatsapp:" + number);

        age(sandbox, listed);
        age(sandbox, absent);

        sandbox.awaitStatus(absent, "canceled");
        awaitChecked(sandbox, listed);
        assertThat(sandbox.delivery(listed)).containsEntry("status", "unknown");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "whatsapp:"})
    void obeysAStopOverAllChannelsOfANumber(String prefix, Sandbox sandbox) throws Exception {
        open("");
        String number = sandbox.newNumber();
        sandbox.twilio().receives(prefix + number, prefix + Peers.FROM_NUMBER, "STOP");

        for (String address : List.of(number, "whatsapp:" + number)) {
            String id = sandbox.newEventId();
            assertThatThrownBy(() -> send(id, address, Map.of()))
                    .rootCause()
                    .isInstanceOfSatisfying(
                            EventRejected.class,
                            rejection -> assertThat(rejection.code()).isEqualTo(21610));
        }
        assertThat(sandbox.twilio().postsTo(number)).isEmpty();
        assertThat(sandbox.twilio().postsTo("whatsapp:" + number)).isEmpty();

        sandbox.twilio().receives("whatsapp:" + number, "whatsapp:" + Peers.FROM_NUMBER, "START");
        send(sandbox.newEventId(), number, Map.of());
        assertThat(sandbox.twilio().postsTo(number)).hasSize(1);
    }

    /** Recipients without RCS know only the number of the SMS, and answer to it. */
    @Test
    void obeysAStopToTheNumberOfTheFallback(Sandbox sandbox) throws Exception {
        open("channel=rcs&messagingService=" + SERVICE + "&fallbackFrom=RAW(" + FALLBACK + ")");
        String held = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber("rcs:" + number, 4, answers(429).withRetryAfter(0));
        send(held, number, Map.of());
        sandbox.awaitStatus(held, "held");

        sandbox.twilio().receives(number, FALLBACK, "STOP");

        assertThat(sandbox.delivery(held)).containsEntry("status", "rejected").containsEntry("error_code", 21610);
        assertThatThrownBy(() -> send(sandbox.newEventId(), number, Map.of()))
                .rootCause()
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection -> assertThat(rejection.code()).isEqualTo(21610));
        assertThat(sandbox.twilio().sentTo("rcs:" + number)).isEmpty();
    }

    private void open(String policy) throws Exception {
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:own-channel")
                        .routeId("own-channel")
                        .to("kamelet:sms-send-sink?event=own-channel&purpose=tests"
                                + (policy.isEmpty() ? "" : "&" + policy));
            }
        });
    }

    private void send(String id, String number, Map<String, Object> more) {
        send(id, number, more, "Hello");
    }

    private void send(String id, String number, Map<String, Object> more, String text) {
        Map<String, Object> event = new HashMap<>(more);
        event.putAll(Map.of("eventId", id, "phone", number, "consentAt", "2026-06-02T09:00:00Z"));
        var sent = template.request("direct:own-channel", exchange -> {
            exchange.setVariable("text", text);
            exchange.getMessage().setBody(event);
        });
        if (sent.getException() != null) {
            throw new IllegalStateException(sent.getException());
        }
    }

    private static void awaitListed(Sandbox sandbox, String id, String address) {
        sandbox.awaitStatus(id, "unknown");
        await().until(() -> sandbox.twilio().sentTo(address).stream()
                .anyMatch(message -> List.of("delivered", "read").contains(message.status())));
    }

    /** Makes it due, at a time at which its absence would be proven. */
    private static void age(Sandbox sandbox, String id) {
        sandbox.awaitStatus(id, "unknown");
        sandbox.database()
                .update(
                        "UPDATE textonce.deliveries SET unknown_since = unknown_since - interval '4 minutes',"
                                + " attempted_at = attempted_at - interval '4 minutes', due_at = now() WHERE event_id = ?",
                        id);
    }

    /** Waits until its next check is scheduled, minutes ahead. */
    private static void awaitChecked(Sandbox sandbox, String id) {
        await().until(() -> sandbox.database()
                .queryForObject(
                        "SELECT due_at > now() + interval '65 seconds' FROM textonce.deliveries WHERE event_id = ?",
                        Boolean.class,
                        id));
    }
}
