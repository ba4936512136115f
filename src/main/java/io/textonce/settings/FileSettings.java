package io.textonce.settings;

import static io.textonce.settings.TextOnceProperties.MOST;
import static io.textonce.settings.TextOnceProperties.PARALLEL;

import java.time.Duration;
import org.hibernate.validator.constraints.Range;

/**
 * Settings of the file intake.
 *
 * @param parallel lines processed at once
 * @param quietTime time without growth after which a file is read
 * @param lockMaxAge age without a heartbeat at which an instance's lock on a file expires
 * @param finalResults whether a second result file is written when the messages of all lines have ended
 */
public record FileSettings(
        @Range(min = 1, max = MOST, message = PARALLEL) int parallel,
        @NotNegative Duration quietTime,
        @AboveZero Duration lockMaxAge,
        boolean finalResults) {}
