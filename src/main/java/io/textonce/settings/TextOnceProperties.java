package io.textonce.settings;

import io.textonce.phone.Countries;
import io.textonce.phone.Recipients;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Past;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.validator.constraints.Range;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the bundle with their constraints. Defaults, and the environment variables that fill them, are in {@code
 * application.yaml}; {@link SettingsCheck} binds and validates all of them before anything starts.
 *
 * @param home location of the shipped schemas, templates and SQL: a Camel resource prefix
 * @param routes folder of user routes, loaded beside the shipped ones
 * @param routesReload whether changed files of that folder are reloaded
 * @param locale default language of message templates
 * @param intakes intakes to run: http, jms, file
 * @param inbox folder of the file intake, with one sub-folder per event
 * @param publicBaseUrls public addresses of this service as Twilio sees them; callbacks use the first, signatures may be over any
 * @param requireTwilioSignature whether webhooks must be signed; false only in the sandbox
 * @param hashKey key of the keyed hash of phone numbers, at least 32 characters
 * @param hashKeyPrevious former hash keys, by which phone numbers are still found; several with commas
 * @param recipients which numbers may get messages: all, none, only:NUMBERS (with commas; +4915* for all that begin so), redirect:NUMBER
 * @param countries countries that may get messages
 * @param caps caps on the messages of a day or month, by name
 * @param frequency cap on the messages of one person
 * @param timeZone time zone of quiet hours if neither the event nor the phone number implies one
 * @param regions countries in which support may search for a number without country code, in two letters of ISO 3166-1
 * @param restoredTo point in time to which the database was restored, while events since then may be redelivered
 * @param writeMemory how long acknowledged claims, outcomes, cancellations and opt-outs are remembered, to put back those that a
 *     failover loses
 * @param warmUp how long previews warm up the compiler before readiness
 * @param lease how long a delivery may stay claimed before its outcome counts as unknown
 * @param unknown reconciliation of unknown outcomes
 * @param due background worker
 * @param http limits of the HTTP intake
 * @param jms broker and its queues
 * @param file limits of the file intake
 * @param incident alerting of incidents
 * @param twilio connection to Twilio
 * @param outbound way to peers outside
 * @param consent maximum age of consents
 * @param verify one-time codes by Twilio Verify
 * @param retention retention periods
 * @param status publishing of status changes
 * @param clients API clients by name
 */
@ConfigurationProperties("textonce")
public record TextOnceProperties(
        @NotBlank(message = SettingFaults.MISSING) String home,
        String routes,
        boolean routesReload,
        @NotNull(message = SettingFaults.MISSING) Locale locale,

        @NotEmpty(message = SettingFaults.MISSING)
        Set<@Pattern(regexp = "http|jms|file", message = "must be some of http,jms,file") String> intakes,

        @NotNull(message = SettingFaults.MISSING) Path inbox,
        @NotEmpty(message = SettingFaults.MISSING) List<URI> publicBaseUrls,
        boolean requireTwilioSignature,

        @NotBlank(message = SettingFaults.MISSING) @Pattern(regexp = "|.{32,}", message = KEY)
        String hashKey,

        @DefaultValue List<@Size(min = 32, message = KEY) String> hashKeyPrevious,

        @NotBlank(message = SettingFaults.MISSING)
        @Pattern(regexp = "|" + Recipients.FORM, message = "must be all, none, only:NUMBERS or redirect:NUMBER")
        String recipients,

        @Valid @NestedConfigurationProperty CountrySettings countries,
        @DefaultValue Map<String, @Valid CapSettings> caps,
        @Valid @NestedConfigurationProperty FrequencySettings frequency,
        @NotNull(message = SettingFaults.MISSING) ZoneId timeZone,
        @DefaultValue Set<@Pattern(regexp = "[A-Z]{2}", message = REGION) String> regions,

        @Nullable @Past(message = "must be a moment of the past, such as 2026-11-23T09:00:00Z")
        Instant restoredTo,

        @NotNegative Duration writeMemory,
        @NotNegative Duration warmUp,
        @AboveZero Duration lease,
        @Valid Unknown unknown,
        @Valid Due due,
        @Valid @NestedConfigurationProperty HttpSettings http,
        @Valid @NestedConfigurationProperty JmsSettings jms,
        @Valid @NestedConfigurationProperty FileSettings file,
        @Valid Incident incident,
        @Valid @NestedConfigurationProperty TwilioSettings twilio,
        @Valid @NestedConfigurationProperty OutboundSettings outbound,
        @DefaultValue @Valid @NestedConfigurationProperty ConsentSettings consent,
        @Valid @NestedConfigurationProperty VerifySettings verify,
        @Valid Retention retention,
        @Valid Status status,
        @DefaultValue Map<String, @Valid Client> clients) {

    /** Takes the slashes from the ends of the public addresses, to which paths are appended. */
    public TextOnceProperties {
        publicBaseUrls = SettingForms.withoutSlashes(publicBaseUrls);
    }

    static final String DURATION = "must be a duration such as 60s";
    static final String COUNT = "must be a number from 1 on";

    /** Bound of what is done at once: each takes a thread, a connection or a body. */
    static final int MOST = 10_000;

    static final String PARALLEL = "must be a number from 1 to 10000";
    static final String KEY = "must be at least 32 characters";
    static final String REGION = "must be countries in two capital letters, such as US,GB";
    static final String SHA256 = "must be SHA-256 in 64 hexadecimal digits";
    static final String DESTINATION = "(queue|topic):[^\\s?]+";
    static final String DESTINATION_EXPECTED = "must be queue:NAME or topic:NAME";

    /** Returns whether anything is received from a broker or published to one. */
    public boolean usesBroker() {
        return intakes.contains("jms") || !status.destination().isEmpty();
    }

    /** Returns whether events of a queue are received in transactions, which move a rejected one to the dead-letter queue. */
    public boolean hasDeadLetterQueue() {
        return intakes.contains("jms") && jms.transacted();
    }

    /** The names of the subscribers to status changes. */
    public Set<String> subscribers() {
        var destination = status.destination().isEmpty() ? Stream.<String>empty() : Stream.of(Status.SUBSCRIBER);
        var webhooks = clients.entrySet().stream()
                .filter(client -> client.getValue().webhook() != null)
                .map(Map.Entry::getKey);
        return Stream.concat(destination, webhooks).collect(Collectors.toUnmodifiableSet());
    }

    /** The names of the subscribers to the status changes of a delivery. */
    public Set<String> subscribers(String event, @Nullable String client) {
        return subscribers().stream()
                .filter(name -> {
                    var webhook = clients.containsKey(name) ? clients.get(name).webhook() : null;
                    return webhook == null
                            || name.equals(client)
                            || webhook.events().contains("*")
                            || webhook.events().contains(event);
                })
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Reconciliation of unknown outcomes.
     *
     * @param firstCheck delay before the first check of an unknown outcome
     * @param window reconciliation window: how long a message must be absent from Twilio's list to count as never received
     * @param listLag longest assumed lag of Twilio's list, for which Twilio names no bound; windows must cover it and a call's time-outs
     */
    public record Unknown(
            @NotNegative Duration firstCheck,
            @AboveZero Duration window,
            @NotNegative Duration listLag) {}

    /**
     * Background worker. It takes more at once while there is more, so the poll interval matters only when idle.
     *
     * @param pollInterval interval between polls for due deliveries
     * @param idlePollInterval the same while this instance had no work for a minute; as soon as anything is due, that ends
     * @param workers deliveries of each kind processed at once; an eighth is left to urgent ones
     * @param statusAfter silence of Twilio about a message after which its status is polled
     * @param probeInterval interval of the half-open probes of an open circuit breaker
     */
    public record Due(
            @AboveZero Duration pollInterval,
            @AboveZero Duration idlePollInterval,
            @Range(min = 1, max = MOST, message = PARALLEL) int workers,
            @AboveZero Duration statusAfter,
            @AboveZero Duration probeInterval) {}

    /**
     * Alerting of incidents.
     *
     * @param limits tiered rate limit of alerts per phone number, as count/window; what exceeds it goes into a digest
     * @param escalateAfter time without an acknowledgement after which the next phone number is alerted
     */
    public record Incident(
            @NotEmpty(message = SettingFaults.MISSING)
            List<
                            @Pattern(
                                    regexp = "[1-9]\\d{0,3}/[1-9]\\d{0,4}[smhd]",
                                    message = "must be counts and windows such as 1/1m,5/15m")
                            String>
                    limits,

            @AboveZero Duration escalateAfter) {}

    /**
     * Retention periods, counted from the acceptance of a delivery.
     *
     * @param personalData age at which the phone number and the text of a final delivery are erased
     * @param deliveries age, also of the last attempt, at which a delivery is purged; a repeated event would then send a new message
     * @param rejectedEvents age at which the record of a rejected event is purged
     * @param files time after which a file that was read, its results and its rejected lines are deleted from the inbox
     * @param pollInterval interval between checks for expired data, and for a day to compare with Twilio
     * @param redactAtTwilio whether the message is redacted at Twilio, too, when it is erased here
     */
    public record Retention(
            @NotNegative Duration personalData,
            @AboveZero Duration deliveries,
            @AboveZero Duration rejectedEvents,
            @AboveZero Duration files,
            @AboveZero Duration pollInterval,
            boolean redactAtTwilio) {}

    /**
     * Publishing of status changes.
     *
     * @param destination queue or topic to which all status changes are published; none if empty
     * @param timeout time-out of a webhook call
     * @param parallel deliveries published to one webhook at once
     * @param maxRetryDelay cap on the retry delay, which doubles from one second, and on Retry-After
     * @param suspendAfter time without success after which a subscriber is suspended
     */
    public record Status(
            @Pattern(regexp = "|" + DESTINATION, message = DESTINATION_EXPECTED)
            String destination,

            @AboveZero Duration timeout,
            @Range(min = 1, max = MOST, message = PARALLEL) int parallel,
            @AboveZero Duration maxRetryDelay,
            @AboveZero Duration suspendAfter) {

        /** The name of the destination among the subscribers, which are else named after clients. */
        public static final String SUBSCRIBER = "jms";
    }

    /**
     * API client.
     *
     * @param tokenSha256 SHA-256 of its bearer tokens in hex; several while tokens are rotated
     * @param events events that it may send; empty means all
     * @param role sender; operator, who may also read and change deliveries; or monitor, who may only read metrics
     * @param countries countries that it may message, of those that are allowed in general, or may not, such as -FR; empty means all
     * @param requestsPerSecond rate limit on one instance, if it differs from the general one
     * @param webhook webhook to which status changes are published, or null
     */
    public record Client(
            @DefaultValue List<@Pattern(regexp = "[0-9a-fA-F]{64}", message = SHA256) String> tokenSha256,
            @DefaultValue Set<String> events,
            @DefaultValue Set<@Pattern(regexp = Countries.SIGNED, message = CountrySettings.SIGNED) String> countries,
            @DefaultValue("sender") Role role,
            @Nullable @Positive(message = COUNT) Integer requestsPerSecond,
            @Nullable @Valid Webhook webhook) {}

    /**
     * Webhook of a client for status changes, called as <a href="https://www.standardwebhooks.com">Standard Webhooks</a> define.
     *
     * @param url https, or http to this machine
     * @param secret keys of the signature, {@code whsec_} and Base64; each call is signed with all, while keys are rotated
     * @param events events whose status changes are published to it even if another client sent them; {@code *} for all
     */
    public record Webhook(
            @DefaultValue("") String url,
            @DefaultValue List<String> secret,
            @DefaultValue Set<String> events) {

        @Override
        public String toString() {
            return "Webhook[" + events + "]";
        }
    }

    /** Role of an API client. */
    public enum Role {
        SENDER,
        OPERATOR,
        MONITOR
    }
}
