package io.textonce.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.textonce.event.EventRejected;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AppointmentTimeTest {

    @ParameterizedTest
    @CsvSource({
        "2027-03-04T14:30,          Europe/Berlin,       2027-03-04T13:30:00Z",
        "2027-03-04T14:30:00+01:00, Europe/Berlin,       2027-03-04T13:30:00Z",
        "2027-03-04T14:30:00Z,      Europe/Berlin,       2027-03-04T14:30:00Z",
        "2027-03-28T01:59,          Europe/Berlin,       2027-03-28T00:59:00Z", // the last minute before the leap
        "2027-03-28T03:00,          Europe/Berlin,       2027-03-28T01:00:00Z", // the first after it
        "2027-03-28T02:30:00+01:00, Europe/Berlin,       2027-03-28T01:30:00Z", // 03:30 on the wall
        "2027-10-31T02:30:00+02:00, Europe/Berlin,       2027-10-31T00:30:00Z", // the first 02:30
        "2027-10-31T02:30:00+01:00, Europe/Berlin,       2027-10-31T01:30:00Z", // the second
        "2027-10-31T03:00,          Europe/Berlin,       2027-10-31T02:00:00Z",
        "2027-03-14T03:00,          America/New_York,    2027-03-14T07:00:00Z",
        "2027-04-04T02:30,          Australia/Lord_Howe, 2027-04-03T16:00:00Z", // half an hour back at 02:00, before
        // this
        "2027-03-04T14:30,          Asia/Kolkata,        2027-03-04T09:00:00Z",
        "2027-03-04T14:30,          Asia/Tokyo,          2027-03-04T05:30:00Z",
        "2027-03-04T14:30,          +05:45,              2027-03-04T08:45:00Z",
    })
    void findsTheMomentAndTheLeadTimeBeforeIt(String at, String zone, Instant moment) {
        var exchange = worked(Map.of("appointmentAt", at, "timeZone", zone), "24h");

        assertThat(exchange.getVariable("expiresAt")).isEqualTo(moment);
        assertThat(exchange.getVariable("sendAt", Instant.class)).isBefore(moment);
    }

    @ParameterizedTest
    @CsvSource({
        "2027-03-28T02:00, Europe/Berlin",
        "2027-03-28T02:59, Europe/Berlin",
        "2027-03-14T02:30, America/New_York",
        "2027-10-03T02:15, Australia/Lord_Howe",
    })
    void refusesATimeThatTheClocksLeapOver(String at, String zone) {
        assertThatThrownBy(() -> worked(Map.of("appointmentAt", at, "timeZone", zone), "24h"))
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection -> assertThat(rejection.reason())
                                .isEqualTo("appointmentAt: is a local time that the clocks of " + zone + " leap over"));
    }

    @ParameterizedTest
    @CsvSource({
        "2027-10-31T02:00, Europe/Berlin,       +02:00 or +01:00",
        "2027-10-31T02:59, Europe/Berlin,       +02:00 or +01:00",
        "2027-11-07T01:30, America/New_York,    -04:00 or -05:00",
        "2027-04-04T01:45, Australia/Lord_Howe, +11:00 or +10:30",
    })
    void refusesATimeThatTheClocksShowTwiceAndNamesItsOffsets(String at, String zone, String offsets) {
        assertThatThrownBy(() -> worked(Map.of("appointmentAt", at, "timeZone", zone), "24h"))
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection -> assertThat(rejection.reason())
                                .isEqualTo("appointmentAt: is a local time that the clocks of " + zone
                                        + " show twice; give its offset, " + offsets));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tomorrow", "2027-03-04", "2027-02-30T10:00", "2027-03-04T25:00", "2027-03-04T14:30 CET"})
    void refusesWhatIsNoTime(String at) {
        assertThatThrownBy(() -> worked(Map.of("appointmentAt", at, "timeZone", "Europe/Berlin"), "24h"))
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection -> assertThat(rejection.details()).containsOnlyKeys("appointmentAt"));
    }

    /** In the name of the event's field: it has no sendAt and no expiresAt, which are computed of it. */
    @Test
    void refusesATimeThatIsMoreThanAYearAhead() {
        String at = LocalDateTime.now(ZoneOffset.UTC).plusDays(368).withNano(0).toString();

        assertThatThrownBy(() -> worked(Map.of("appointmentAt", at, "timeZone", "UTC"), "24h"))
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection -> assertThat(rejection.reason())
                                .isEqualTo("appointmentAt: must be at most one year from now"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Berlin", "Europe/Atlantis", ""})
    void refusesWhatIsNoZone(String zone) {
        assertThatThrownBy(() -> worked(Map.of("appointmentAt", "2027-03-04T14:30", "timeZone", zone), "24h"))
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection -> assertThat(rejection.details()).containsOnlyKeys("timeZone"));
    }

    /** A day later by the clock is an hour more or less when the clocks change in between; the lead time is not. */
    @Test
    void takesTheLeadTimeInHoursThatPass() {
        var exchange = worked(Map.of("appointmentAt", "2027-03-28T09:00", "timeZone", "Europe/Berlin"), "24h");

        assertThat(exchange.getVariable("sendAt")).isEqualTo(Instant.parse("2027-03-27T07:00:00Z"));
    }

    @Test
    void leavesATimeAloneThatTheEventAsksFor() {
        var exchange = worked(
                Map.of(
                        "appointmentAt", "2027-03-28T09:00",
                        "timeZone", "Europe/Berlin",
                        "sendAt", "2027-03-20T09:00:00Z"),
                "24h");

        assertThat(exchange.getVariable("sendAt")).isNull();
    }

    /** As the CLDR has it: https://cldr.unicode.org, releases 39 to 47. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en | en    | Thursday, March 4, 2027    | 2:30 PM",
                "en | en-GB | Thursday, 4 March 2027     | 14:30",
                "en | fr    | Thursday, March 4, 2027    | 2:30 PM", // a text has one language
                "de | de    | Donnerstag, 4. März 2027   | 14:30",
                "de | de-AT | Donnerstag, 4. März 2027   | 14:30",
                "hi | hi    | गुरुवार, 4 मार्च 2027          | 2:30 pm",
                "hi | hi-IN | गुरुवार, 4 मार्च 2027          | 2:30 pm",
                "ja | ja    | 2027年3月4日木曜日          | 14:30",
                "ja | ja-JP | 2027年3月4日木曜日          | 14:30",
            })
    void saysItInTheWordsOfTheTemplatesLanguage(String language, String asked, String date, String time) {
        var words = new LocalizedTime(ZonedDateTime.parse("2027-03-04T14:30+01:00[Europe/Berlin]"), asked);

        assertThat(words.get(language).get("date")).isEqualToIgnoringCase(date);
        assertThat(words.get(language).get("time")).isEqualToIgnoringCase(time);
    }

    private static Exchange worked(Map<String, String> event, String leadTime) {
        var exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.getMessage().setBody(event);
        var time = new AppointmentTime();
        time.setLeadTime(leadTime);
        time.process(exchange);
        return exchange;
    }
}
