package io.textonce.settings;

import static io.textonce.settings.SettingFaults.MISSING;
import static io.textonce.settings.TextOnceProperties.COUNT;

import io.textonce.phone.Countries;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.hibernate.validator.constraints.Range;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * One-time codes by Twilio Verify. Twilio sends at most five messages for one code and takes at most five tries of it;
 * these limits stand in front, since each message costs and each try is a guess.
 *
 * @param channels allowed channels: sms, call, whatsapp; the first is the default
 * @param countries countries that get codes, of those that may get messages at all; if empty, those allowed in general, else that of TWILIO_FROM_NUMBER
 * @param locale language of the message, such as de or pt-BR; without it Twilio derives it from the number's country
 * @param window window of the limits below, from the first counted call
 * @param startsPerNumber codes per phone number and window
 * @param startsPerBlock codes per block of phone numbers that differ only in their last digits: SMS pumping uses up such blocks
 * @param blockDigits last digits that make a block: 4 are the ten thousand numbers that carriers allocate at once
 * @param startsPerCaller codes per API client and window: limits the cost of a loop or a stolen token
 * @param checksPerNumber code checks per phone number and window (brute-force limit)
 * @param approvedDestination queue or topic to which approved phone numbers are published while the jms intake runs
 */
public record VerifySettings(
        @NotEmpty(message = MISSING)
        List<@Pattern(regexp = "sms|call|whatsapp", message = "must be some of sms,call,whatsapp") String> channels,

        @DefaultValue Set<@Pattern(regexp = Countries.FORM, message = CountrySettings.FORM) String> countries,

        @Pattern(regexp = "|[a-z]{2,3}(-[A-Z]{2})?", message = "must be a language such as de or pt-BR")
        String locale,

        @AboveZero Duration window,
        @Positive(message = COUNT) int startsPerNumber,
        @Positive(message = COUNT) int startsPerBlock,

        @Range(min = 1, max = 9, message = "must be a number from 1 to 9")
        int blockDigits,

        @Positive(message = COUNT) int startsPerCaller,
        @Positive(message = COUNT) int checksPerNumber,

        @NotBlank(message = MISSING)
        @Pattern(regexp = "|" + TextOnceProperties.DESTINATION, message = TextOnceProperties.DESTINATION_EXPECTED)
        String approvedDestination) {}
