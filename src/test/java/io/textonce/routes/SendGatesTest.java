package io.textonce.routes;

import static io.textonce.sandbox.Fault.answers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** What is looked at before a text is sent, at its claim and again at the moment of sending. */
@SandboxTest
class SendGatesTest {

    @Autowired
    private CamelContext camel;

    /** An event that may not be sent from an hour ago until two hours from now, by UTC. */
    @BeforeEach
    void addAnEventWithQuietHours() throws Exception {
        if (camel.getRoute("event-by-day") == null) {
            var now = LocalTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MINUTES);
            String quiet = now.minusHours(1) + "-" + now.plusHours(2);
            camel.addRoutes(
                    new EventRoute("by-day", "By day", "purpose=news&countries=US&timeZone=UTC&quietHours=" + quiet));
        }
    }

    @Test
    void holdsATextForQuietHoursAndSaysSo(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        var answer = post(sandbox, "by-day", id, number, "");
        var again = post(sandbox, "by-day", id, number, "");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(answer).get("accepted").asBoolean()).isTrue();
        assertThat(sandbox.json(answer).get("status").asText()).isEqualTo("held");
        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(again).get("duplicate").asBoolean()).isTrue();
        assertThat(sandbox.timeline(id))
                .singleElement()
                .satisfies(event -> assertThat(event).containsEntry("kind", "decision"))
                .satisfies(event ->
                        assertThat((String) event.get("detail")).matches("Held until \\d\\d:\\d\\d UTC: quiet hours"));
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @Test
    void holdsATextAgainWhenItIsNightAtTheMomentOfSending(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        post(sandbox, "by-day", id, number, "");

        sandbox.makeDue(id);

        await().untilAsserted(() -> assertThat(sandbox.timeline(id))
                .extracting(event -> event.get("new_status"))
                .containsExactly("held", "reserved", "held"));
        assertThat(sandbox.delivery(id)).containsEntry("status", "held").containsEntry("body", "By day");
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @Test
    void rejectsATextWhoseQuietHoursOutlastIt(Sandbox sandbox) {
        String id = sandbox.newEventId();

        var answer = post(sandbox, "by-day", id, sandbox.newNumber(), ",\"ttl\":3600");

        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(sandbox.json(answer).get("error").asText()).isEqualTo("too_late");
        assertThat(sandbox.delivery(id)).containsEntry("status", "rejected");
    }

    @Test
    void sendsATextAtItsTime(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        var answer = post(sandbox, "order-shipped", id, number, sendAt(Duration.ofSeconds(4)));
        assertThat(sandbox.json(answer).get("status").asText()).isEqualTo("held");

        sandbox.awaitStatus(id, "delivered");

        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    @Test
    void refusesAPlanForMoreThanAYearAheadAndAnUnknownZone(Sandbox sandbox) {
        var far =
                post(sandbox, "order-shipped", sandbox.newEventId(), sandbox.newNumber(), sendAt(Duration.ofDays(400)));
        var nowhere = post(
                sandbox, "order-shipped", sandbox.newEventId(), sandbox.newNumber(), ",\"timeZone\":\"Mars/Olympus\"");

        assertThat(sandbox.json(far).at("/details/sendAt/0").asText()).isEqualTo("must be at most one year from now");
        assertThat(sandbox.json(nowhere).at("/details/timeZone/0").asText())
                .isEqualTo("must be a time zone such as Europe/Berlin");
    }

    @Test
    void refusesWhoHasOptedOutAndSendsAfterTheOptOutIsGone(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        optOut(sandbox, number);

        var refused = post(sandbox, "order-shipped", id, number, "");
        var still = post(sandbox, "order-shipped", id, number, "");

        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(sandbox.json(refused).get("code").asInt()).isEqualTo(21610);
        assertThat(sandbox.json(refused).get("detail").asText()).contains("A newer consent does not change this");
        assertThat(still.statusCode()).isEqualTo(422);
        assertThat(sandbox.delivery(id))
                .containsEntry("status", "rejected")
                .containsEntry("attempt", 2)
                .containsEntry("error_code", 21610);
        assertThat(sandbox.timeline(id)).extracting(event -> event.get("kind")).containsOnly("decision");
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();

        sandbox.database()
                .update("DELETE FROM textonce.opt_outs WHERE phone_hash = ?", (Object) sandbox.phoneHash(number));
        var sent = post(sandbox, "order-shipped", id, number, "");

        assertThat(sent.statusCode()).isEqualTo(202);
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    @Test
    void tellsADuplicateOfASentTextAlsoAfterAnOptOut(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        post(sandbox, "order-shipped", id, number, "");
        optOut(sandbox, number);

        var again = post(sandbox, "order-shipped", id, number, "");

        assertThat(again.statusCode()).isEqualTo(200);
    }

    @Test
    void looksForAnOptOutAgainBeforeItSendsAHeldText(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        post(sandbox, "order-shipped", id, number, sendAt(Duration.ofHours(1)));
        optOut(sandbox, number);

        sandbox.makeDue(id);

        sandbox.awaitStatus(id, "rejected");
        assertThat(sandbox.delivery(id)).containsEntry("error_code", 21610);
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @Test
    void looksForAnOptOutAgainBeforeItSendsAnUnclearTextOnceMore(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, answers(500));
        post(sandbox, "order-shipped", id, number, "");
        sandbox.awaitStatus(id, "unknown");
        optOut(sandbox, number);

        sandbox.database()
                .update(
                        "UPDATE textonce.deliveries SET due_at = now(), attempted_at = now() - interval '5 min',"
                                + " unknown_since = now() - interval '5 min' WHERE event_id = ?",
                        id);

        sandbox.awaitStatus(id, "rejected");
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @Test
    void checksTheCountriesOfTheEventAgainBeforeItSends(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        String german = "+491511" + number.substring(5);
        post(sandbox, "by-day", id, number, sendAt(Duration.ofHours(4)));

        sandbox.database()
                .update("UPDATE textonce.deliveries SET phone = ?, due_at = now() WHERE event_id = ?", german, id);

        sandbox.awaitStatus(id, "rejected");
        assertThat((String) sandbox.delivery(id).get("reason")).contains("country");
        assertThat(sandbox.twilio().sentTo(german)).isEmpty();
    }

    @Test
    void keepsWhereTheConsentWasGiven(Sandbox sandbox) {
        String id = sandbox.newEventId();

        post(sandbox, "order-shipped", id, sandbox.newNumber(), ",\"consentSource\":\"checkout\"");

        assertThat(sandbox.delivery(id))
                .containsEntry("consent_source", "checkout")
                .containsEntry("purpose", "order-updates");
    }

    private static HttpResponse<String> post(Sandbox sandbox, String event, String id, String number, String more) {
        return sandbox.post(
                event,
                "{\"eventId\":\"" + id + "\",\"phone\":\"" + number + "\",\"orderId\":\"1001\","
                        + "\"consentAt\":\"2026-06-02T09:00:00Z\"" + more + "}");
    }

    private static String sendAt(Duration ahead) {
        return ",\"sendAt\":\"" + Instant.now().plus(ahead) + "\"";
    }

    private static void optOut(Sandbox sandbox, String number) {
        sandbox.database()
                .update(
                        "INSERT INTO textonce.opt_outs (phone_hash, sender, source) VALUES (?, ?, 'person')",
                        sandbox.phoneHash(number),
                        sandbox.context().getEnvironment().getProperty("textonce.twilio.from-number"));
    }
}
