package io.textonce.settings;

import io.textonce.phone.Countries;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import java.util.Set;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Cap on the messages of a day or month.
 *
 * @param events events that count; all if empty
 * @param clients clients whose events count; all if empty
 * @param countries countries whose recipients count; all if empty
 * @param senders numbers and Messaging Services whose messages count; all if empty
 * @param period day or month, in {@code textonce.time-zone}
 * @param unit segments or messages
 * @param limit segments or messages of a period
 * @param atLimit hold until the next period, or reject
 * @param exemptUrgent whether urgent messages are sent over the limit; they count
 */
public record CapSettings(
        @DefaultValue Set<String> events,
        @DefaultValue Set<String> clients,
        @DefaultValue Set<@Pattern(regexp = Countries.FORM, message = CountrySettings.FORM) String> countries,
        @DefaultValue Set<String> senders,
        @DefaultValue("day") Period period,
        @DefaultValue("segments") Unit unit,
        @Positive(message = TextOnceProperties.COUNT) long limit,
        @DefaultValue("hold") AtLimit atLimit,
        @DefaultValue("true") Boolean exemptUrgent) {

    /** Period of a cap. */
    public enum Period {
        DAY,
        MONTH
    }

    /** Unit of a cap. */
    public enum Unit {
        SEGMENTS,
        MESSAGES
    }

    /** Policy for messages over the limit. */
    public enum AtLimit {
        HOLD,
        REJECT
    }
}
