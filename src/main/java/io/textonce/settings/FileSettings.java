package io.textonce.settings;

import static io.textonce.settings.TextOnceProperties.COUNT;

import jakarta.validation.constraints.Positive;
import java.time.Duration;

/**
 * Settings of the file intake.
 *
 * @param parallel lines processed at once
 * @param quietTime time without growth after which a file is read
 * @param lockMaxAge age without a heartbeat at which an instance's lock on a file expires
 * @param finalResults whether a second result file is written when the messages of all lines have ended
 */
public record FileSettings(
        @Positive(message = COUNT) int parallel,
        @NotNegative Duration quietTime,
        @AboveZero Duration lockMaxAge,
        boolean finalResults) {}
