package io.textonce.settings;

import static io.textonce.settings.TextOnceProperties.COUNT;
import static io.textonce.settings.TextOnceProperties.MOST;
import static io.textonce.settings.TextOnceProperties.PARALLEL;

import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import java.time.Duration;
import java.util.List;
import org.hibernate.validator.constraints.Range;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Limits of the HTTP intake.
 *
 * @param maxInFlight API requests processed at once; more wait up to a second and then get 503 before any claim;
 *     one-time codes and incidents have an eighth more
 * @param maxCallbacksInFlight the same for Twilio's callbacks, separate so that neither starves the other
 * @param maxBody largest accepted body
 * @param requestsPerSecond rate limit of one client on one instance; above it 429
 * @param wrongTokenDelay delay of the answer to a wrong token
 * @param publicPaths paths of user routes outside /api/ that need no token, such as /hooks/parcel or /hooks/**
 * @param trustedProxies addresses and networks of the proxies whose Forwarded and X-Forwarded-* headers count
 * @param scopeClaims claims of an issuer's token that hold its scopes, each as a text with blanks or as a list
 */
public record HttpSettings(
        @Range(min = 1, max = MOST, message = PARALLEL) int maxInFlight,
        @Range(min = 1, max = MOST, message = PARALLEL) int maxCallbacksInFlight,
        @NotNull(message = SettingFaults.MISSING) DataSize maxBody,
        @Positive(message = COUNT) int requestsPerSecond,
        @NotNegative Duration wrongTokenDelay,
        @DefaultValue List<String> publicPaths,
        @DefaultValue List<String> trustedProxies,

        @NotEmpty(message = SettingFaults.MISSING)
        List<@Pattern(regexp = "[\\w.:/-]+", message = "must be names of claims, such as scope,scp,roles") String>
                scopeClaims) {}
