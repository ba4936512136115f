package io.textonce.settings;

import static io.textonce.settings.SettingFaults.MISSING;
import static io.textonce.settings.TextOnceProperties.MOST;
import static io.textonce.settings.TextOnceProperties.PARALLEL;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.validator.constraints.Range;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Connection to Twilio.
 *
 * @param accountSid account that sends and pays
 * @param authToken signs Twilio's webhooks; also the REST password if no API key is set
 * @param secondaryAuthToken second token accepted for webhooks while tokens are rotated
 * @param apiKey REST user name instead of the account SID
 * @param apiSecret REST password that belongs to the API key
 * @param fromNumber sender if no Messaging Service is set
 * @param messagingServiceSid Messaging Service that selects the sender
 * @param verifyServiceSid Verify service for one-time codes
 * @param region Twilio region such as ie1; token and API key must be that region's own
 * @param edge Twilio edge such as dublin; without it that of the region
 * @param baseUrl replaces scheme, host and port of every call: a simulator or a proxy
 * @param connections size of the connection pool, the most calls in flight; urgent ones have 16 more
 * @param connectTimeout connect time-out
 * @param readTimeout read time-out; Twilio's own limit is documented as 26 s, so less makes outcomes unknown
 * @param poolTimeout time-out of the wait for a connection of the pool
 * @param retries immediate retries of a call that Twilio provably did not process
 * @param retryDelay delay before the first of those retries; it doubles each time
 * @param maxRetryDelay cap on that delay, and on Twilio's Retry-After
 * @param holdDelay hold time after those retries are exhausted
 * @param longHoldDelay hold time if the sender's queue at Twilio is full
 * @param segmentsPerSecond sender rate limit in segments, SENDER=NUMBER with commas, or a number for all; what exceeds it waits
 * @param messageIntents intent of the messages of a purpose for Twilio's traffic shaping and compliance, PURPOSE=INTENT with commas
 * @param clientId OAuth client that calls Twilio, instead of a key
 * @param clientSecret secret of that client
 * @param webhookKeys shared keys with which rules of the account sign webhooks by HMAC-SHA256, NAME=SECRET with commas
 */
public record TwilioSettings(
        @NotBlank(message = MISSING)
        @Pattern(regexp = "|AC" + TwilioSid.DIGITS, message = "must be AC and 32 hexadecimal digits")
        String accountSid,

        @NotBlank(message = MISSING) @Pattern(regexp = TOKEN, message = TOKEN_EXPECTED)
        String authToken,

        @Pattern(regexp = TOKEN, message = TOKEN_EXPECTED) String secondaryAuthToken,

        @Pattern(regexp = "|SK" + TwilioSid.DIGITS, message = "must be SK and 32 hexadecimal digits")
        String apiKey,

        String apiSecret,

        @Pattern(
                regexp = "|\\+[1-9]\\d{1,14}|\\d{3,8}|[A-Za-z0-9 ]{2,11}",
                message = "must be an E.164 number, a short code or an alphanumeric sender")
        String fromNumber,

        @Pattern(regexp = "|MG" + TwilioSid.DIGITS, message = "must be MG and 32 hexadecimal digits")
        String messagingServiceSid,

        @Pattern(regexp = "|VA" + TwilioSid.DIGITS, message = "must be VA and 32 hexadecimal digits")
        String verifyServiceSid,

        @Pattern(
                regexp = "|[a-z]{2}\\d",
                message = "must be us1, ie1, au1 or jp1, or another one together with TWILIO_EDGE")
        String region,

        @Pattern(regexp = "|[a-z-]{2,30}", message = "must be an edge such as dublin")
        String edge,

        String baseUrl,
        @Range(min = 1, max = MOST, message = PARALLEL) int connections,
        @AboveZero Duration connectTimeout,
        @AboveZero Duration readTimeout,
        @AboveZero Duration poolTimeout,

        @Range(max = 100, message = "must be a number from 0 to 100")
        int retries,

        @NotNegative Duration retryDelay,
        @NotNegative Duration maxRetryDelay,
        @NotNegative Duration holdDelay,
        @NotNegative Duration longHoldDelay,

        @DefaultValue @DistinctNames(message = "must name each sender once")
        List<
                        @Pattern(
                                regexp = "([\\w+ :.-]+=)?(?=[\\d.]*[1-9])\\d{1,4}(\\.\\d{1,3})?",
                                message = "must be a number above 0, or SENDER=NUMBER, several with commas")
                        String>
                segmentsPerSecond,

        @DefaultValue @DistinctNames(message = "must name each key once")
        List<@Pattern(regexp = "[\\w.-]{1,64}=.{20,}", message = "must be NAME=SECRET, several with commas") String>
                webhookKeys,

        @DefaultValue @DistinctNames(message = "must name each purpose once")
        List<
                        @Pattern(
                                regexp = "[\\w-]+=(otp|notifications|marketing|fraud|security|customercare|delivery"
                                        + "|education|polling|announcements|events)",
                                message = "must be PURPOSE=INTENT with an intent of Twilio's, several with commas")
                        String>
                messageIntents,

        @DefaultValue("") String clientId,
        @DefaultValue("") String clientSecret) {

    static final String TOKEN = "|.{20,}";
    static final String TOKEN_EXPECTED = "must be at least 20 characters";

    /** The edge of each region, since Twilio has no host that names a region alone. */
    private static final Map<String, String> EDGES =
            Map.of("us1", "ashburn", "ie1", "dublin", "au1", "sydney", "jp1", "tokyo");

    /** User name of REST calls. */
    public String restUser() {
        return apiKey.isEmpty() ? accountSid : apiKey;
    }

    /** Password of that user. */
    public String restPassword() {
        return apiKey.isEmpty() ? authToken : apiSecret;
    }

    /** Header of REST calls, by HTTP Basic. */
    public String restAuthorization() {
        var credentials = (restUser() + ":" + restPassword()).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(credentials);
    }

    /** The edge of every call; empty for Twilio's default, if neither edge nor region is set. */
    public String edgeOfRegion() {
        return edge.isEmpty() ? EDGES.getOrDefault(region, "") : edge;
    }

    /** The default sender: the Messaging Service if one is set, else the number. */
    public String sender() {
        return messagingServiceSid.isEmpty() ? fromNumber : messagingServiceSid;
    }

    /** The intents, by purpose. */
    public Map<String, String> intents() {
        return byName(messageIntents);
    }

    /** The secrets of the shared keys, by name. */
    public Map<String, String> sharedKeys() {
        return byName(webhookKeys);
    }

    private static Map<String, String> byName(List<String> pairs) {
        return pairs.stream()
                .map(key -> key.split("=", 2))
                .collect(Collectors.toUnmodifiableMap(key -> key[0], key -> key[1]));
    }

    /** The tokens with which a webhook may be signed: the current one and, while tokens are rotated, the other. */
    public List<String> webhookTokens() {
        return Stream.of(authToken, secondaryAuthToken)
                .filter(token -> !token.isEmpty())
                .toList();
    }
}
