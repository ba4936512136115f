package io.textonce.settings;

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
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the bundle. Defaults, and the environment variables that fill them, are in {@code application.yaml}; what
 * has none there must be set. {@link SettingsCheck} looks at all of them before anything starts.
 *
 * @param home where the shipped schemas, templates and SQL are: a Camel resource prefix
 * @param routes folder of your own routes, beside the shipped ones
 * @param routesReload whether its files are loaded again when they change
 * @param locale language of a text whose event names none, or one without a template
 * @param intakes which intakes run: http, jms, file
 * @param inbox folder with one sub-folder an event
 * @param publicBaseUrls addresses under which Twilio reaches this service; the first is given out, all are accepted
 * @param requireTwilioSignature false only in the sandbox
 * @param hashKey key of the hash by which a number is looked up, at least 32 characters
 * @param hashKeyPrevious keys of before, by which numbers are still found; several with commas
 * @param timeZone whose clock quiet hours go by where neither event nor number tells a time zone
 * @param restoredTo the moment to which the database was set back, for as long as events since then may come again
 * @param lease how long a reservation may be silent before its outcome counts as unknown
 * @param unknown when evidence is looked for
 * @param due the pace of the background worker
 * @param http bounds of the HTTP intake
 * @param jms queues of the JMS intake
 * @param file bounds of the file intake
 * @param incident how incidents are alerted
 * @param twilio how Twilio is reached
 * @param consent how long consent lasts
 * @param verify one-time codes by Twilio Verify
 * @param retention when what is forgotten
 * @param clients who may call the API, by name
 */
@ConfigurationProperties("textonce")
public record TextOnceProperties(
        String home,
        String routes,
        boolean routesReload,
        Locale locale,
        Set<String> intakes,
        Path inbox,
        List<URI> publicBaseUrls,
        boolean requireTwilioSignature,
        String hashKey,
        @DefaultValue List<String> hashKeyPrevious,
        ZoneId timeZone,
        @Nullable Instant restoredTo,
        Duration lease,
        Unknown unknown,
        Due due,
        Http http,
        Jms jms,
        File file,
        Incident incident,
        Twilio twilio,
        @DefaultValue Consent consent,
        Verify verify,
        Retention retention,
        Status status,
        @DefaultValue Map<String, Client> clients) {

    /** The names of those who are told of each change of a delivery's status. */
    public Set<String> subscribers() {
        var destination = status.destination().isEmpty() ? Stream.<String>empty() : Stream.of(Status.SUBSCRIBER);
        var webhooks = clients.entrySet().stream()
                .filter(client -> client.getValue().webhook() != null)
                .map(Map.Entry::getKey);
        return Stream.concat(destination, webhooks).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * When evidence of an unknown outcome is looked for.
     *
     * @param firstLook how soon after the unclear answer
     * @param horizon how long a text may be absent from Twilio's list before it counts as never taken
     * @param listLag longest assumed lag of Twilio's list, for which Twilio names no bound; horizons must cover it and a call's time-outs
     */
    public record Unknown(Duration firstLook, Duration horizon, Duration listLag) {}

    /**
     * The pace of the background worker. It takes more at once while there is more, so the pace matters only when idle.
     *
     * @param pace how often it looks whether something is due
     * @param workers how many deliveries of each kind it works on at once
     * @param statusAfter how long Twilio may be silent about a text before it is asked
     * @param probe how often one text tries whether Twilio takes the account again
     */
    public record Due(Duration pace, int workers, Duration statusAfter, Duration probe) {}

    /**
     * Bounds of the HTTP intake.
     *
     * @param maxInFlight API requests worked on at once; beyond it callers wait up to a second and then get 503 before any claim
     * @param maxCallbacksInFlight the same for Twilio's callbacks, apart so that neither starves the other
     * @param maxBody largest body read
     * @param requestsPerSecond how often one client may ask one instance; beyond it 429
     * @param wrongTokenDelay how long a wrong token waits for its answer
     * @param publicPaths paths of own routes outside /api/ that are open without a token, such as /hooks/parcel or /hooks/**
     * @param scopeClaims claims of an issuer's token that hold its scopes, each as a text with blanks or as a list
     */
    public record Http(
            int maxInFlight,
            int maxCallbacksInFlight,
            DataSize maxBody,
            int requestsPerSecond,
            Duration wrongTokenDelay,
            @DefaultValue List<String> publicPaths,
            List<String> scopeClaims) {}

    /**
     * Queues of the JMS intake.
     *
     * @param eventsQueue where events are read
     * @param deadLetterQueue where events that can't become a text go, with the reason
     * @param inboundQueue where texts of people go that are no STOP and no HELP
     * @param consumers how many messages are worked on at once
     */
    public record Jms(String eventsQueue, String deadLetterQueue, String inboundQueue, int consumers) {}

    /**
     * Bounds of the file intake.
     *
     * @param parallel how many lines are sent at once
     * @param quietTime how long a file must not have grown before it is read
     * @param lockMaxAge how long after its last sign of life an instance's lock on a file is void
     */
    public record File(int parallel, Duration quietTime, Duration lockMaxAge) {}

    /**
     * How incidents are alerted.
     *
     * @param ladder texts that one number gets at most, in several windows at once; the rest goes into a digest
     * @param escalateAfter how long a number has before the next one is alerted
     */
    public record Incident(List<String> ladder, Duration escalateAfter) {}

    /**
     * How Twilio is reached.
     *
     * @param accountSid account that sends and pays
     * @param authToken signs Twilio's webhooks; also the REST password where no API key is set
     * @param secondaryAuthToken accepted for webhooks while tokens are rotated
     * @param apiKey REST user name instead of the account SID
     * @param apiSecret REST password that belongs to the API key
     * @param fromNumber sender, where no Messaging Service is set
     * @param messagingServiceSid Messaging Service that chooses the sender
     * @param verifyServiceSid Verify service for one-time codes
     * @param region Twilio region such as ie1; token and API key must be that region's own
     * @param edge Twilio edge such as dublin; without it that of the region
     * @param baseUrl replaces scheme, host and port of every call: a simulator or a proxy
     * @param connections pool size, the most calls in flight
     * @param connectTimeout until a connection stands
     * @param readTimeout until Twilio answers; its own limit is said to be 26 s, so less makes outcomes unclear
     * @param poolTimeout until a connection of the pool is free
     * @param retries how often a call that Twilio provably did not process is tried again in the route
     * @param retryDelay before the first of those; it doubles each time
     * @param maxRetryDelay cap on that delay, and on Twilio's Retry-After
     * @param holdDelay how long a text is held after those were used up
     * @param longHoldDelay how long a text is held when the sender's queue at Twilio is full
     * @param segmentsPerSecond pace of senders in segments, SENDER=NUMBER with commas, or a number for all; what exceeds it waits
     */
    public record Twilio(
            String accountSid,
            String authToken,
            String secondaryAuthToken,
            String apiKey,
            String apiSecret,
            String fromNumber,
            String messagingServiceSid,
            String verifyServiceSid,
            String region,
            String edge,
            String baseUrl,
            int connections,
            Duration connectTimeout,
            Duration readTimeout,
            Duration poolTimeout,
            int retries,
            Duration retryDelay,
            Duration maxRetryDelay,
            Duration holdDelay,
            Duration longHoldDelay,
            @DefaultValue List<String> segmentsPerSecond) {

        /** The edge of each region, since Twilio has no host that names a region alone. */
        static final Map<String, String> EDGES =
                Map.of("us1", "ashburn", "ie1", "dublin", "au1", "sydney", "jp1", "tokyo");

        /** Where calls enter Twilio; empty for its default, where neither edge nor region is set. */
        public String edgeOfRegion() {
            return edge.isEmpty() ? EDGES.getOrDefault(region, "") : edge;
        }

        /** Who sends: the Messaging Service where one is set, else the number. */
        public String sender() {
            return messagingServiceSid.isEmpty() ? fromNumber : messagingServiceSid;
        }

        /** The tokens with which a webhook may be signed: the current one and, while tokens are rotated, the other. */
        public List<String> webhookTokens() {
            return Stream.of(authToken, secondaryAuthToken)
                    .filter(token -> !token.isEmpty())
                    .toList();
        }
    }

    /**
     * When what is forgotten, counted from when a delivery was taken.
     *
     * @param personalData after which the number and the text of a final delivery are cleared
     * @param deliveries after which a delivery is purged; the same event would send a new text then
     * @param pace how often it looks whether something is old
     * @param redactAtTwilio whether Twilio is told to forget the text too when it is cleared here
     */
    public record Retention(Duration personalData, Duration deliveries, Duration pace, boolean redactAtTwilio) {}

    /**
     * How others are told of each change of a delivery's status.
     *
     * @param destination queue or topic that is told of all; none where it is empty
     * @param timeout how long a webhook may take to answer
     * @param parallel how many deliveries one webhook is told of at once
     * @param maxRetryDelay cap on the time between tries, which doubles from a second on, and on a Retry-After
     * @param suspendAfter how long an event may be tried in vain before its subscriber is suspended
     */
    public record Status(
            String destination, Duration timeout, int parallel, Duration maxRetryDelay, Duration suspendAfter) {

        /** The name of the destination among the subscribers, which are else named after clients. */
        public static final String SUBSCRIBER = "jms";
    }

    /**
     * How long consent lasts.
     *
     * @param maxAge how old a consent may be when a text is sent, by purpose; for ever where none is set
     */
    public record Consent(@DefaultValue Map<String, Duration> maxAge) {}

    /**
     * One-time codes by Twilio Verify. Twilio sends at most five messages for one code and takes at most five tries of
     * it; these limits stand in front, since each message costs and each try is a guess.
     *
     * @param channels ways a code may be sent: sms, call, whatsapp; the first where nobody says which
     * @param locale language of the message, such as de or pt-BR; without it Twilio goes by the number's country
     * @param window how long a count lasts, from the first call that it counts
     * @param startsPerNumber codes for one number: who gets none after a few will not get the next one either
     * @param startsPerBlock codes for all numbers that differ only in their last digits: SMS pumping uses up such blocks
     * @param blockDigits how many last digits make a block: 4 are the ten thousand numbers that carriers hand out at once
     * @param startsPerCaller codes for one caller of the API: a caller that loops, or its stolen token, costs no more
     * @param checksPerNumber tries for one number: of a million codes so few are guessed with no luck
     * @param approvedDestination queue or topic that is told of approved numbers while the jms intake runs
     */
    public record Verify(
            List<String> channels,
            String locale,
            Duration window,
            int startsPerNumber,
            int startsPerBlock,
            int blockDigits,
            int startsPerCaller,
            int checksPerNumber,
            String approvedDestination) {}

    /**
     * A caller of the API.
     *
     * @param tokenSha256 SHA-256 of its bearer tokens in hex; several while tokens are rotated
     * @param events the events that it may send; empty means all
     * @param role what it may do: sender, or operator, who may also see and change deliveries
     * @param requestsPerSecond how often it may ask one instance, where that is not the general setting
     * @param webhook where it is told of each change of a delivery's status, or null
     */
    public record Client(
            @DefaultValue List<String> tokenSha256,
            @DefaultValue Set<String> events,
            @DefaultValue("sender") Role role,
            @Nullable Integer requestsPerSecond,
            @Nullable Webhook webhook) {}

    /**
     * A client's own address for statuses, called as <a href="https://www.standardwebhooks.com">Standard Webhooks</a> say.
     *
     * @param url https, or http on this machine
     * @param secret keys of the signature, {@code whsec_} and Base64; each call is signed with all, while keys are rotated
     * @param events events of which it is told too when the delivery is not its own; {@code *} for all
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

    /** What a caller may do. */
    public enum Role {
        SENDER,
        OPERATOR
    }
}
