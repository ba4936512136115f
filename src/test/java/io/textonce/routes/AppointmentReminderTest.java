package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import java.net.http.HttpResponse;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The events of routes/events/appointment-reminder.camel.yaml and routes/events/appointment-cancelled.camel.yaml. The
 * recipient's zone is one where it is afternoon now, so that no test waits for a night to end.
 */
@SandboxTest
class AppointmentReminderTest {

    private final ZoneId afternoon = zoneWithHour(14);
    private String id;
    private String number;

    @BeforeEach
    void newRecipient(Sandbox sandbox) {
        id = sandbox.newEventId();
        number = sandbox.newNumber();
    }

    @Test
    void holdsAReminderUntilItsLeadTimeAndSendsItOnce(Sandbox sandbox) {
        var at = Instant.now().plus(Duration.ofDays(3)).truncatedTo(ChronoUnit.SECONDS);

        var answer = remind(sandbox, at, "en");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(sandbox.delivery(id))
                .containsEntry("status", "held")
                .containsEntry("expires_at", Timestamp.from(at))
                .containsEntry("due_at", Timestamp.from(at.minus(Duration.ofHours(24))));
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
        sandbox.makeDue(id);
        sandbox.awaitStatus(id, "delivered");
        assertThat(remind(sandbox, at, "en").statusCode()).isEqualTo(200);
        assertThat(sandbox.twilio().sentTo(number))
                .singleElement()
                .extracting(TwilioMessage::body)
                .asString()
                .matches("Reminder: your appointment at Dr Roe is on [A-Z][a-z]+day, [A-Z][a-z]+ \\d+, 20\\d\\d at"
                        + " \\d+:\\d\\d [AP]M\\.");
    }

    @Test
    void sendsAtOnceWhatIsBookedAfterTheLeadTime(Sandbox sandbox) {
        var answer = remind(sandbox, Instant.now().plus(Duration.ofHours(3)), "en");

        assertThat(sandbox.json(answer).get("sid").asText()).startsWith("SM");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    @Test
    void sendsNothingAfterTheAppointment(Sandbox sandbox) {
        var answer = remind(sandbox, Instant.now().minusSeconds(5), "en");

        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(sandbox.json(answer).get("error").asText()).isEqualTo("too_late");
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @Test
    void sendsNothingWhenTheAppointmentPassesWhileItIsHeld(Sandbox sandbox) {
        remind(sandbox, Instant.now().plus(Duration.ofDays(3)), "en");

        sandbox.database()
                .update("UPDATE textonce.deliveries SET expires_at = now() - interval '1 s' WHERE event_id = ?", id);
        sandbox.makeDue(id);

        sandbox.awaitStatus(id, "rejected");
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @Test
    void waitsForTheMorningOfTheRecipient(Sandbox sandbox) {
        var night = zoneWithHour(23);

        remind(sandbox, Instant.now().plus(Duration.ofHours(20)), "en", night.getId());

        assertThat(sandbox.delivery(id)).containsEntry("status", "held");
        var due = ((Timestamp) sandbox.delivery(id).get("due_at")).toInstant().atZone(night);
        assertThat(due.getHour()).isEqualTo(8);
        assertThat(sandbox.timeline(id))
                .extracting(event -> event.get("detail"))
                .anyMatch(words -> String.valueOf(words).contains("quiet hours"));
    }

    @Test
    void sendsNothingOnceTheAppointmentIsCancelled(Sandbox sandbox) {
        var at = Instant.now().plus(Duration.ofDays(3));
        remind(sandbox, at, "en");

        var answer = cancel(sandbox, id);
        sandbox.makeDue(id);
        var again = remind(sandbox, at, "en");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(answer).get("status").asText()).isEqualTo("canceled");
        assertThat(sandbox.json(again).get("status").asText()).isEqualTo("canceled");
        assertThat(sandbox.delivery(id)).containsEntry("status", "canceled");
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @Test
    void saysWhenItIsTooLateToCancelAndWhenTheReminderIsStillToCome(Sandbox sandbox) {
        remind(sandbox, Instant.now().plus(Duration.ofHours(3)), "en");
        sandbox.awaitStatus(id, "delivered");

        assertThat(sandbox.json(cancel(sandbox, id)).get("status").asText()).isEqualTo("too_late");
        assertThat(sandbox.json(cancel(sandbox, sandbox.newEventId()))
                        .get("status")
                        .asText())
                .isEqualTo("pending");
    }

    @ParameterizedTest
    @CsvSource({
        "de, Erinnerung: Ihr Termin (Dr Roe) ist am ",
        "hi, याद रखें: आपका अपॉइंटमेंट (Dr Roe) ",
        "ja, ご予約のお知らせ：20",
        "fr, Reminder: your appointment at Dr Roe is on "
    })
    void writesInTheLanguageOfTheRecipient(String locale, String beginning, Sandbox sandbox) {
        remind(sandbox, Instant.now().plus(Duration.ofHours(3)), locale);

        assertThat(sandbox.twilio().sentTo(number))
                .singleElement()
                .extracting(TwilioMessage::body)
                .asString()
                .startsWith(beginning)
                .doesNotContain("{", "null");
    }

    @Test
    void refusesATimeThatTheClocksShowTwice(Sandbox sandbox) {
        var answer = post(sandbox, "2027-10-31T02:30", "Europe/Berlin", "en");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(sandbox.json(answer).at("/details/appointmentAt/0").asText())
                .isEqualTo(
                        "is a local time that the clocks of Europe/Berlin show twice; give its offset, +02:00 or +01:00");
    }

    private HttpResponse<String> remind(Sandbox sandbox, Instant at, String locale) {
        return remind(sandbox, at, locale, afternoon.getId());
    }

    private HttpResponse<String> remind(Sandbox sandbox, Instant at, String locale, String zone) {
        return post(sandbox, at.toString(), zone, locale);
    }

    private HttpResponse<String> post(Sandbox sandbox, String at, String zone, String locale) {
        return sandbox.post(
                "appointment-reminder",
                "{\"eventId\":\"" + id + "\",\"phone\":\"" + number + "\",\"appointmentAt\":\"" + at
                        + "\",\"timeZone\":\"" + zone + "\",\"place\":\"Dr Roe\",\"locale\":\"" + locale
                        + "\",\"consentAt\":\"2026-06-02T09:00:00Z\"}");
    }

    private static HttpResponse<String> cancel(Sandbox sandbox, String reminder) {
        return sandbox.post(
                "appointment-cancelled",
                "{\"eventId\":\"" + sandbox.newEventId() + "\",\"reminder\":\"" + reminder + "\"}");
    }

    /** A zone of a fixed offset in which it is this hour of the day now. */
    private static ZoneId zoneWithHour(int hour) {
        int ahead = hour - Instant.now().atZone(ZoneId.of("UTC")).getHour();
        int offset = ahead > 12 ? ahead - 24 : ahead < -11 ? ahead + 24 : ahead;
        return ZoneId.of(offset == 0 ? "Etc/GMT" : "Etc/GMT" + (offset > 0 ? "-" : "+") + Math.abs(offset));
    }
}
