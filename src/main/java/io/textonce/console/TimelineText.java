package io.textonce.console;

import com.fasterxml.jackson.databind.JsonNode;
import io.textonce.delivery.Cancellations;
import io.textonce.delivery.Delivery;
import io.textonce.twilio.TwilioCodes;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What became of a delivery, in sentences for a person who doesn't know Twilio. Every status that the table may hold
 * has its words; a word of Twilio that this version doesn't know is quoted.
 */
public final class TimelineText {

    private static final Set<String> ON_ITS_WAY = Set.of("accepted", "queued", "sending", "sent", "scheduled");

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH);

    private final TwilioCodes codes;

    TimelineText(TwilioCodes codes) {
        this.codes = codes;
    }

    /** The timeline of a row of {@code trace-find.sql}: what came in and was checked, then what was written down. */
    List<Entry> entries(Map<String, Object> row, JsonNode timeline) {
        var entries = new ArrayList<Entry>();
        var received = instant(row.get("created_at"));
        if (row.get("source").equals(Cancellations.SOURCE)) {
            entries.add(new Entry(received, "received", "canceled", "The cancellation came in before its event"));
            return withTimeline(entries, timeline);
        }
        entries.add(new Entry(received, "received", "received", "The event came in " + from(row)));
        entries.add(new Entry(
                received,
                "checked",
                "reserved",
                "Consent, number and text were checked",
                "Consent was given on "
                        + DAY.format(instant(row.get("consent_at")).atZone(ZoneOffset.UTC)) + " for "
                        + row.get("purpose")
                        + (row.get("consent_source") == null ? "" : " (" + row.get("consent_source") + ")") + ".",
                null,
                null,
                null,
                null));
        return withTimeline(entries, timeline);
    }

    private List<Entry> withTimeline(List<Entry> entries, JsonNode timeline) {
        timeline.forEach(event -> entries.add(entry(event)));
        return entries;
    }

    private static String from(Map<String, Object> row) {
        String by = row.get("client") == null ? "" : " from " + row.get("client");
        return switch ((String) row.get("source")) {
            case "http" -> "over HTTP" + by;
            case "jms" -> "from the queue";
            case "file" -> "in a dropped file";
            default -> "from " + row.get("source");
        };
    }

    private Entry entry(JsonNode event) {
        String kind = event.get("kind").asText();
        String status = event.get("status").asText();
        Integer code = event.get("code").isInt() ? event.get("code").intValue() : null;
        String words = text(event, "words");
        String says = says(kind, status, text(event, "by"));
        return new Entry(
                OffsetDateTime.parse(event.get("at").asText()).toInstant(),
                kind,
                status,
                says,
                words == null && code != null ? codes.of(code).words() : says.equals(words) ? null : words,
                code,
                text(event, "sid"),
                text(event, "by"),
                text(event, "until") == null
                        ? null
                        : OffsetDateTime.parse(text(event, "until")).toInstant());
    }

    private static String says(String kind, String status, @Nullable String actor) {
        return switch (kind) {
            case "answer" -> answered(status);
            case "callback", "fetch" -> reported(status);
            case "evidence" ->
                status.equals(Delivery.RESERVED)
                        ? "Twilio provably never had the text, so it is sent again"
                        : "The text was found at Twilio";
            case "operator" -> decided(status, actor);
            default ->
                switch (status) {
                    case Delivery.RESERVED -> "The text is being sent";
                    case Delivery.UNKNOWN -> "Nobody knows whether the text left; TextOnce looks for it";
                    case Delivery.HELD -> "The text waits";
                    case Delivery.REJECTED -> "The text was given up";
                    default -> "TextOnce decided: " + status;
                };
        };
    }

    private static String answered(String status) {
        return switch (status) {
            case Delivery.HELD -> "Not sent yet; the text waits";
            case Delivery.UNKNOWN -> "The text was handed over, but no clear answer came";
            case Delivery.REJECTED -> "The text was refused; nothing was sent";
            case Delivery.CANCELED -> "Twilio does not have the text, which was canceled meanwhile";
            case "scheduled" -> "Twilio has the text and keeps it until its time";
            default -> "Twilio accepted the text";
        };
    }

    private static String reported(String status) {
        return switch (status) {
            case "accepted" -> "Twilio accepted the text";
            case "scheduled" -> "Twilio keeps the text until its time";
            case "queued" -> "Twilio put the text in line";
            case "sending" -> "Twilio is handing the text to the mobile network";
            case "sent" -> "The mobile network took the text";
            case "delivered" -> "The phone received the text";
            case "read" -> "The person opened the text";
            case "undelivered" -> "The mobile network did not deliver the text";
            case "failed" -> "Twilio could not send the text";
            case "canceled" -> "The text was canceled before it left";
            default -> "Twilio said: " + status;
        };
    }

    private static String decided(String status, @Nullable String actor) {
        String who = actor == null ? "An operator" : actor;
        return switch (status) {
            case "canceled" -> who + " canceled the text";
            case Delivery.HELD -> who + " let the text go out";
            default -> who + " wanted to cancel the text";
        };
    }

    /** One line above all others: how the delivery stands. */
    static String headline(String status) {
        return switch (status) {
            case Delivery.RESERVED -> "Being sent";
            case Delivery.HELD -> "Waiting to be sent";
            case Delivery.UNKNOWN -> "Unclear, being looked into";
            case Delivery.REJECTED -> "Refused, not sent";
            case "delivered" -> "Delivered";
            case "read" -> "Delivered and read";
            case "undelivered", "failed" -> "Not delivered";
            case "canceled" -> "Canceled";
            case "sent" -> "Sent, not yet confirmed";
            default -> "On its way";
        };
    }

    /** What happens next without anybody doing anything. */
    static String next(String status, @Nullable Instant dueAt) {
        if (ON_ITS_WAY.contains(status)) {
            return "Twilio reports how it goes on; when it stays silent, it is asked.";
        }
        return switch (status) {
            case Delivery.RESERVED -> "The outcome is known within a minute.";
            case Delivery.HELD ->
                dueAt == null
                        ? "Nothing, until a person lets it go or drops it."
                        : "It is sent by itself when its time has come.";
            case Delivery.UNKNOWN ->
                "TextOnce looks for the text at Twilio and sends it again only once it is proven absent.";
            case Delivery.REJECTED -> "Nothing by itself. The sender may mend the event and send it again.";
            case "delivered", "read" -> "Nothing more; the text arrived.";
            case "undelivered", "failed" -> "Nothing by itself. The text is not sent a second time.";
            default -> "Nothing more.";
        };
    }

    static Instant instant(Object timestamp) {
        return ((java.sql.Timestamp) timestamp).toInstant();
    }

    private static @Nullable String text(JsonNode event, String name) {
        return event.path(name).isTextual() ? event.get(name).textValue() : null;
    }

    /**
     * One moment of a delivery.
     *
     * @param kind received, checked, answer, callback, evidence, decision, fetch or operator
     * @param says what happened, as a sentence
     * @param words why, where that was told
     * @param code Twilio's error code
     * @param by the operator who decided it
     * @param until when a text that waits is tried
     */
    public record Entry(
            Instant at,
            String kind,
            String status,
            String says,
            @Nullable String words,
            @Nullable Integer code,
            @Nullable String sid,
            @Nullable String by,
            @Nullable Instant until) {

        Entry(Instant at, String kind, String status, String says) {
            this(at, kind, status, says, null, null, null, null, null);
        }
    }
}
