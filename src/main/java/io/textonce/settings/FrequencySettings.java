package io.textonce.settings;

import jakarta.validation.constraints.PositiveOrZero;
import java.util.Set;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Cap on the messages of one person.
 *
 * @param messagesPerDay most messages to one person in 24 hours, of all events; 0 for no limit
 * @param exemptPurposes purposes whose messages neither count nor wait
 */
public record FrequencySettings(
        @PositiveOrZero(message = "must be a number from 0 on")
        int messagesPerDay,

        @DefaultValue Set<String> exemptPurposes) {}
