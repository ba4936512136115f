package io.textonce.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.delivery.ClaimedEvent;
import io.textonce.delivery.Delivery;
import io.textonce.delivery.DeliveryTables;
import io.textonce.delivery.DueDelivery;
import io.textonce.delivery.TestDatabase;
import io.textonce.message.Sender;
import io.textonce.settings.TextOnceProperties;
import io.textonce.settings.TextOnceProperties.Unknown;
import io.textonce.twilio.TwilioClock.Skew;
import io.textonce.twilio.TwilioMessages.Seen;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Which of several deliveries owns a listed message, where their senders or their texts do not show it. */
class SharedMessageTest {

    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final TextOnceProperties SETTINGS = TestSettings.with(
            LEASE, new Unknown(Duration.ofSeconds(5), Duration.ofMinutes(2), Duration.ofSeconds(100)));
    private static final String NUMBER = "+15558675314";
    private static final String TEXT = "Your order 8 has shipped.";
    private static final String FALLBACK = "+15551234567";
    private static final String DEFAULT_SERVICE = "MG00000000000000000000000000000002";
    private static final String SERVICE = "MG00000000000000000000000000000001";

    @RegisterExtension
    private static final TestDatabase DATABASE = new TestDatabase();

    private static JdbcTemplate jdbc;
    private static DeliveryTables tables;
    private static CamelContext context;

    @BeforeAll
    static void createTables() {
        jdbc = new JdbcTemplate(DATABASE);
        tables = DeliveryTables.migrate(DATABASE, LEASE);
        context = new DefaultCamelContext();
    }

    @BeforeEach
    void deleteRows() {
        jdbc.update("TRUNCATE textonce.deliveries, textonce.delivery_events");
    }

    /** Else the message of one is taken for the other's, so its own is found missing, and sent once more. */
    @ParameterizedTest
    @CsvSource({
        FALLBACK + ", , rcs:acme_agent, fallbackFrom=" + FALLBACK,
        SERVICE + ", , rcs:" + SERVICE + ", ",
        "rcs:one_agent, fallbackFrom=" + FALLBACK + ", rcs:acme_agent, fallbackFrom=" + FALLBACK
    })
    void takesNoMessageThatMayBeAnotherSenders(
            String sender, @Nullable String options, String rcsSender, @Nullable String rcsOptions) {
        unknown("event-sms", sender, options);
        unknown("event-rcs", rcsSender, rcsOptions);
        boolean isService = sender.equals(SERVICE);
        var sms = seen("SM1", NUMBER, isService ? null : FALLBACK, isService ? SERVICE : null, 1);
        var rcs = seen("SM2", "rcs:" + NUMBER, isService ? null : rcsSender, isService ? SERVICE : null, 2);

        assertThat(check("event-rcs", List.of(sms, rcs))).isNull();
        assertThat(check("event-sms", List.of(sms, rcs))).isNull();

        assertThat(delivery("event-rcs").get("message_sid")).isIn(null, "SM2");
        assertThat(delivery("event-sms").get("message_sid")).isIn(null, "SM1");
    }

    /** The number of one may be in the pool of the other, or the service be the default one of the account. */
    @Test
    void takesNoMessageThatMayBeOfANumberOrOfAService() {
        unknown("event-number", FALLBACK, null);
        unknown("event-service", SERVICE, null);
        var listed = List.of(seen("SM1", NUMBER, FALLBACK, SERVICE, 1));

        assertThat(check("event-number", listed)).isNull();
        assertThat(check("event-service", listed)).isNull();

        assertThat(delivery("event-number")).containsEntry("message_sid", null);
        assertThat(delivery("event-service")).containsEntry("message_sid", null);
    }

    /** Twilio names a service of its own where a request names none; older accounts have none. */
    @ParameterizedTest
    @CsvSource({FALLBACK + ", ", FALLBACK + ", " + DEFAULT_SERVICE, ", " + DEFAULT_SERVICE})
    void takesTheMessageOfANumberWhateverServiceItNames(@Nullable String from, @Nullable String service) {
        unknown("event-number", FALLBACK, null);

        assertThat(check("event-number", List.of(seen("SM1", NUMBER, from, service, 1))))
                .isNull();

        assertThat(delivery("event-number")).containsEntry("message_sid", "SM1");
    }

    /** Its delivery may be one that a restore of the database lost. */
    @Test
    void neitherTakesNorRulesOutAMessageOfTheNumberThroughAServiceOfOurs() {
        unknown("event-number", FALLBACK, null);

        assertThat(check("event-number", List.of(seen("SM1", NUMBER, FALLBACK, SERVICE, 1))))
                .isNull();

        assertThat(delivery("event-number")).containsEntry("message_sid", null).containsEntry("status", "unknown");
    }

    /** The message of another number is no evidence. */
    @Test
    void takesNoMessageOfAnotherNumber() {
        unknown("event-number", FALLBACK, null);

        assertThat(check("event-number", List.of(seen("SM1", NUMBER, "+15557654321", DEFAULT_SERVICE, 1))))
                .isNotNull();
    }

    /** Two parcels of one order: the message of one must not be taken for the other's, which then is sent twice. */
    @Test
    void takesTheMessageOfItsOwnLink() {
        unknown("event-1", FALLBACK, null, "Track https://example.com/A now");
        unknown("event-2", FALLBACK, null, "Track https://example.com/B now");
        var listed = List.of(seen("SM2", "Track https://example.com/B now", 2));

        assertThat(check("event-1", listed))
                .as("sent again, since it is absent")
                .isNotNull();
        assertThat(check("event-2", listed)).isNull();

        assertThat(delivery("event-2")).containsEntry("message_sid", "SM2");
    }

    /** The other text may be of a delivery that a restore of the database lost. */
    @Test
    void leavesATextUnknownThatDiffersInALink() {
        unknown("event-1", FALLBACK, null, "Track https://example.com/A now");

        assertThat(check("event-1", List.of(seen("SM2", "Track https://example.com/B now", 2))))
                .isNull();

        assertThat(delivery("event-1")).containsEntry("message_sid", null).containsEntry("status", "unknown");
    }

    @ParameterizedTest
    @CsvSource({"https://twil.io/x7Yq0aB1cD", "twil.io/x7Yq0aB1cD"})
    void takesATextWhoseLinkWasToBeShortened(String link) {
        unknown("event-1", FALLBACK, "shortenUrls=true", "Track https://example.com/A now");

        assertThat(check("event-1", List.of(seen("SM1", "Track " + link + " now", 1))))
                .isNull();

        assertThat(delivery("event-1")).containsEntry("message_sid", "SM1");
    }

    /** A shortened link does not show which one it was, as long as not all messages are listed. */
    @Test
    void assignsShortenedLinksOnceAllAreListed() {
        unknown("event-1", FALLBACK, "shortenUrls=true", "Track https://example.com/A now");
        unknown("event-2", FALLBACK, "shortenUrls=true", "Track https://example.com/B now");
        var second = seen("SM2", "Track https://twil.io/2 now", 2);

        assertThat(check("event-1", List.of(second))).isNull();
        assertThat(delivery("event-1")).containsEntry("message_sid", null);

        var both = List.of(seen("SM1", "Track https://twil.io/1 now", 1), second);
        assertThat(check("event-1", both)).isNull();
        assertThat(check("event-2", both)).isNull();
        assertThat(delivery("event-1")).containsEntry("message_sid", "SM1");
        assertThat(delivery("event-2")).containsEntry("message_sid", "SM2");
    }

    /** Twilio's smart encoding makes them one. */
    @Test
    void takesNoMessageThatMayBeOfATextWithAnotherQuote() {
        unknown("event-1", FALLBACK, null, "It’s here");
        unknown("event-2", FALLBACK, null, "It's here");
        var listed = List.of(seen("SM2", "It's here", 2));

        assertThat(check("event-1", listed)).isNull();
        assertThat(check("event-2", listed)).isNull();

        assertThat(delivery("event-1")).containsEntry("message_sid", null);
        assertThat(delivery("event-2")).containsEntry("message_sid", null);
    }

    /** A recipient's messages of WhatsApp have an address of their own. */
    @Test
    void takesAMessageThatOnlyAnotherChannelOfItsNumberCouldHave() {
        unknown("event-sms", FALLBACK, null);
        unknown("event-whatsapp", "whatsapp:" + FALLBACK, null);

        assertThat(check("event-sms", List.of(seen("SM1", NUMBER, FALLBACK, null, 1))))
                .isNull();

        assertThat(delivery("event-sms")).containsEntry("message_sid", "SM1");
    }

    private static void unknown(String eventId, String sender, @Nullable String options) {
        unknown(eventId, sender, options, TEXT);
    }

    private static void unknown(String eventId, String sender, @Nullable String options, String text) {
        ClaimedEvent.claim(tables, context, eventId, "", NUMBER, text).orElseThrow();
        jdbc.update(
                "UPDATE textonce.deliveries SET status = 'unknown', sender = ?, twilio_options = ?,"
                        + " attempted_at = now() - interval '5 min', unknown_since = now() - interval '5 min'"
                        + " WHERE event_id = ?",
                sender,
                options,
                eventId);
    }

    private static Seen seen(String sid, String text, int second) {
        return seen(sid, text, NUMBER, FALLBACK, DEFAULT_SERVICE, second);
    }

    private static Seen seen(String sid, String to, @Nullable String from, @Nullable String service, int second) {
        return seen(sid, TEXT, to, from, service, second);
    }

    private static Seen seen(
            String sid, String text, String to, @Nullable String from, @Nullable String service, int second) {
        var createdAt = Instant.now().minus(Duration.ofMinutes(5)).plusSeconds(second);
        return new Seen(sid, "delivered", null, createdAt, text, to, from, service, 0);
    }

    /** Checks a delivery once; returns the attempt that is to be posted, or null. */
    private static @Nullable Delivery check(String eventId, List<Seen> listed) {
        jdbc.update("UPDATE textonce.deliveries SET due_at = now() + interval '1 h'");
        jdbc.update("UPDATE textonce.deliveries SET due_at = now() WHERE event_id = ?", eventId);
        var reconciliation = TestReconciliation.of(
                tables,
                (due, since) -> new SharedList.Listed(listedFor(due, listed), Duration.ZERO),
                () -> new Skew(Duration.ZERO, Duration.ZERO, true),
                SETTINGS,
                SERVICE);
        var exchange = new DefaultExchange(context);
        exchange.getMessage().setBody(tables.leases().unknown(1).get(0));
        reconciliation.check(exchange);
        return exchange.getVariable("delivery", Delivery.class);
    }

    private static List<Seen> listedFor(DueDelivery due, List<Seen> listed) {
        var addresses = new Sender(due.sender()).listedAs(NUMBER);
        return listed.stream().filter(seen -> addresses.contains(seen.to())).toList();
    }

    private static Map<String, Object> delivery(String eventId) {
        return jdbc.queryForMap("SELECT * FROM textonce.deliveries WHERE event_id = ?", eventId);
    }
}
