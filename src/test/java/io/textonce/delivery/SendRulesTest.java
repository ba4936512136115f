package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.message.SendPolicy;
import io.textonce.message.Sms;
import io.textonce.phone.Countries;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneTimeZones;
import io.textonce.phone.Recipients;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.JdbcTemplate;

class SendRulesTest {

    private static final String BERLIN = "+4915112345678";
    private static final String SAN_FRANCISCO = "+14155552671";
    private static final String RUSSIA = "+79161234567";
    private static final String SATELLITE = "+88213123456";

    @Test
    void holdsATextByNightInTheNumbersRegion() {
        var decision = gate("2026-07-01T20:00:00Z").time(sms(BERLIN, "21:00-08:00", null, null, null));

        assertThat(decision.until()).isEqualTo("2026-07-02T06:00:00Z");
        assertThat(decision.words()).isEqualTo("Held until 08:00 Europe/Berlin: quiet hours");
    }

    @Test
    void sendsByDayAndUrgentTextsByNight() {
        assertThat(gate("2026-07-01T20:00:00Z")
                        .time(sms(SAN_FRANCISCO, "21:00-08:00", null, null, null))
                        .isSend())
                .isTrue();
        assertThat(gate("2026-07-01T20:00:00Z")
                        .time(sms(BERLIN, "", null, null, null))
                        .isSend())
                .isTrue();
    }

    @Test
    void goesByTheEventsZoneFirst() {
        var decision = gate("2026-07-01T15:00:00Z").time(sms(BERLIN, "21:00-08:00", "Asia/Tokyo", null, null));

        assertThat(decision.words()).isEqualTo("Held until 08:00 Asia/Tokyo: quiet hours");
    }

    /** Night in Kamchatka (UTC+12) ends at 20:00 UTC, when it has begun in Moscow (UTC+3); that ends at 05:00 UTC. */
    @Test
    void holdsWhileItIsNightInAnyZoneOfTheNumber() {
        var decision = gate("2026-07-01T12:00:00Z").time(sms(RUSSIA, "21:00-08:00", null, null, null));

        assertThat(decision.until()).isEqualTo("2026-07-02T05:00:00Z");
    }

    /** Mobiles of countries that share the calling code of a larger one. By day in Kolkata it is night there. */
    @ParameterizedTest
    @CsvSource({
        "+18762101234, 2026-07-01T08:00:00Z, 08:00 America/Jamaica",
        "+12423591234, 2026-07-01T08:00:00Z, 08:00 America/Nassau",
        "+14413701234, 2026-07-01T08:00:00Z, 08:00 Atlantic/Bermuda",
        "+16847331234, 2026-07-01T08:00:00Z, 08:00 Pacific/Pago_Pago",
        "+77012345678, 2026-07-01T01:00:00Z, 08:00 Asia/Almaty",
        "+262639012345, 2026-07-01T04:30:00Z, 08:00 Indian/Mayotte",
    })
    void holdsByNightInACountryThatSharesItsCallingCode(String number, String now, String until) {
        assertThat(gate(now).time(sms(number, "21:00-08:00", null, null, null)).words())
                .isEqualTo("Held until " + until + ": quiet hours");
    }

    @Test
    void goesByTheDefaultZoneWhereTheNumberHasNoneOrTooMany() {
        assertThat(gate("2026-07-01T20:00:00Z")
                        .time(sms(SATELLITE, "12:00-11:00", null, null, null))
                        .words())
                .isEqualTo("Held until 11:00 Asia/Kolkata: quiet hours");
        assertThat(gate("2026-07-01T20:00:00Z")
                        .time(sms(RUSSIA, "12:00-11:00", null, null, null))
                        .words())
                .isEqualTo("Held until 11:00 Asia/Kolkata: quiet hours");
    }

    @Test
    void holdsATextUntilItsTimeAndThroughTheQuietHoursThatFollow() {
        var gate = gate("2026-07-01T08:00:00Z");

        assertThat(gate.time(sms(BERLIN, "21:00-08:00", "Europe/Berlin", "2026-07-03T08:30:00Z", null))
                        .words())
                .isEqualTo("Held until 2026-07-03 10:30 Europe/Berlin: the event's sendAt");
        assertThat(gate.time(sms(BERLIN, "21:00-08:00", null, "2026-07-02T22:00:00Z", null))
                        .until())
                .isEqualTo("2026-07-03T06:00:00Z");
        assertThat(gate.time(sms(BERLIN, "21:00-08:00", null, "2026-06-02T22:00:00Z", null))
                        .isSend())
                .isTrue();
    }

    @Test
    void rejectsAtOnceWhatWouldBeAllowedOnlyAfterItsTime() {
        var gate = gate("2026-07-01T20:00:00Z");

        var byNight = gate.time(sms(BERLIN, "21:00-08:00", null, null, "2026-07-02T06:00:00Z"));
        var late = gate.time(sms(BERLIN, "", null, null, "2026-07-01T20:00:00Z"));
        var inTime = gate.time(sms(BERLIN, "21:00-08:00", null, null, "2026-07-02T06:00:01Z"));

        assertThat(byNight.status()).isEqualTo(DeliveryStatus.REJECTED);
        assertThat(byNight.words()).isEqualTo("Expires during quiet hours, which last until 08:00 Europe/Berlin.");
        assertThat(late.rejection().error()).isEqualTo("too_late");
        assertThat(inTime.isHeld()).isTrue();
    }

    /** Twilio takes 15 minutes to 35 days. A call that is retried still has five minutes more. */
    @ParameterizedTest
    @CsvSource({
        "2026-07-01T08:20:00Z, HELD",
        "2026-07-01T08:20:01Z, RESERVED",
        "2026-08-05T07:59:59Z, RESERVED",
        "2026-08-05T08:00:00Z, HELD"
    })
    void leavesATimeInItsWindowToTwilio(String sendAt, DeliveryStatus status) {
        var sms = sms(BERLIN, "", null, sendAt, null, "MG00000000000000000000000000000001");
        sms.policy().setSchedule("twilio");

        var decision = gate("2026-07-01T08:00:00Z").time(sms);

        assertThat(decision.status()).isEqualTo(status);
        assertThat(decision.until()).isEqualTo(sendAt);
    }

    @Test
    void rejectsAConsentThatIsTooOldForItsPurpose() {
        var sms = sms(BERLIN, "", null, null, null);

        var fresh = gate("2026-06-30T00:00:00Z").consent(sms);
        var old = gate("2026-07-02T00:00:00Z").consent(sms);

        assertThat(fresh.isSend()).isTrue();
        assertThat(old.rejection().error()).isEqualTo("consent_too_old");
        assertThat(old.words())
                .isEqualTo("The consent was given more than 30 days ago, which is too old for this purpose.");
    }

    /** What Twilio sends then is not checked again; what is held here is. */
    @ParameterizedTest
    @CsvSource({
        "2026-07-01T00:00:00Z, twilio, true",
        "2026-07-01T00:00:01Z, twilio, false",
        "2026-07-01T00:00:01Z, '',     true"
    })
    void rejectsAConsentThatWillBeTooOldWhenTwilioSends(String sendAt, String schedule, boolean isSent) {
        var sms = sms(BERLIN, "", null, sendAt, null, "MG00000000000000000000000000000001");
        sms.policy().setSchedule(schedule);

        var decision = gate("2026-06-20T00:00:00Z").consent(sms);

        assertThat(decision.isSend()).isEqualTo(isSent);
        if (!isSent) {
            assertThat(decision.rejection().error()).isEqualTo("consent_too_old");
            assertThat(decision.words())
                    .isEqualTo(
                            "At sendAt the consent will be more than 30 days old, which is too old for this purpose.");
        }
    }

    private static SendRules gate(String now) {
        var noOptOuts = DeliveryTables.optOuts(new JdbcTemplate(), new PhoneHash(new byte[32]));
        return new SendRules(
                noOptOuts,
                new RecipientGuards(new Recipients("all"), new Countries(Set.of(), Set.of()), Map.of()),
                new PhoneTimeZones(),
                ZoneId.of("Asia/Kolkata"),
                Map.of("orderupdates", Duration.ofDays(30)),
                Clock.fixed(Instant.parse(now), ZoneOffset.UTC));
    }

    private static Sms sms(
            String phone,
            String quietHours,
            @Nullable String timeZone,
            @Nullable String sendAt,
            @Nullable String expiresAt) {
        return sms(phone, quietHours, timeZone, sendAt, expiresAt, "+15551234567");
    }

    private static Sms sms(
            String phone,
            String quietHours,
            @Nullable String timeZone,
            @Nullable String sendAt,
            @Nullable String expiresAt,
            String sender) {
        var policy = new SendPolicy();
        policy.setEvent("order-shipped");
        policy.setPurpose("order-updates");
        policy.setQuietHours(quietHours);
        return new Sms(
                "order-shipped",
                "id",
                new byte[32],
                phone,
                "text",
                List.of(),
                Instant.parse("2026-06-01T00:00:00Z"),
                null,
                policy,
                sender,
                null,
                "test",
                null,
                null,
                sendAt == null ? null : Instant.parse(sendAt),
                expiresAt == null ? null : Instant.parse(expiresAt),
                timeZone == null ? null : ZoneId.of(timeZone));
    }
}
