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

    /** The timeline of a row of {@code delivery-find.sql}: what came in and was checked, then what was written down. */
    List<Entry> entries(Map<String, Object> row, JsonNode timeline) {
        var entries = new ArrayList<Entry>();
        var received = instant(row.get("created_at"));
        if (row.get("source").equals(Cancellations.SOURCE)) {
            entries.add(new Entry(received, "received", "canceled", "The cancellation came in before its event"));
            return withTimeline(entries, timeline);
        }
        entries.add(new Entry(received, "received", "received", "Event received " + from(row)));
        entries.add(new Entry(
                received,
                "checked",
                "reserved",
                "Checks passed: consent, number, content",
                "Consent given on "
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
            case "http" -> "via API" + by;
            case "jms" -> "via queue";
            case "file" -> "via file upload";
            default -> "from " + row.get("source");
        };
    }

    private Entry entry(JsonNode event) {
        String kind = event.get("kind").asText();
        String status = event.get("status").asText();
        Integer code = event.get("code").isInt() ? event.get("code").intValue() : null;
        String detail = text(event, "detail");
        String summary = summary(kind, status, text(event, "actor"));
        return new Entry(
                OffsetDateTime.parse(event.get("at").asText()).toInstant(),
                kind,
                status,
                summary,
                detail == null && code != null ? codes.of(code).words() : summary.equals(detail) ? null : detail,
                code,
                text(event, "sid"),
                text(event, "actor"),
                text(event, "until") == null
                        ? null
                        : OffsetDateTime.parse(text(event, "until")).toInstant());
    }

    private static String summary(String kind, String status, @Nullable String actor) {
        return switch (kind) {
            case "answer" -> answered(status);
            case "callback", "poll" -> reported(status);
            case "reconciliation" ->
                status.equals(Delivery.RESERVED)
                        ? "Twilio has no record of it; resending"
                        : "Found in Twilio’s message list";
            case "operator" -> decided(status, actor);
            default ->
                switch (status) {
                    case Delivery.RESERVED -> "Sending";
                    case Delivery.UNKNOWN -> "Unconfirmed whether the message was sent; checking with Twilio";
                    case Delivery.HELD -> "On hold";
                    case Delivery.REJECTED -> "Message not sent";
                    default -> "Status set to " + status;
                };
        };
    }

    private static String answered(String status) {
        return switch (status) {
            case Delivery.HELD -> "Not sent yet; on hold";
            case Delivery.UNKNOWN -> "Sent to Twilio; no confirmation received";
            case Delivery.REJECTED -> "Rejected; nothing was sent";
            case Delivery.CANCELED -> "Twilio does not have the text, which was canceled meanwhile";
            case "scheduled" -> "Scheduled at Twilio";
            default -> "Accepted by Twilio";
        };
    }

    private static String reported(String status) {
        return switch (status) {
            case "accepted" -> "Accepted by Twilio";
            case "scheduled" -> "Scheduled at Twilio";
            case "queued" -> "Queued at Twilio";
            case "sending" -> "Twilio is sending it to the carrier";
            case "sent" -> "Sent to carrier";
            case "delivered" -> "Delivered to phone";
            case "read" -> "Read by the recipient";
            case "undelivered" -> "Not delivered by the carrier";
            case "failed" -> "Twilio could not send it";
            case "canceled" -> "Canceled before it was sent";
            default -> "Twilio reported: " + status;
        };
    }

    private static String decided(String status, @Nullable String actor) {
        String who = actor == null ? "An operator" : actor;
        return switch (status) {
            case "canceled" -> who + " canceled the message";
            case Delivery.HELD -> who + " released (or resent) the message";
            default -> who + " tried to cancel the message";
        };
    }

    /** One line above all others: how the delivery stands. */
    static String headline(String status) {
        return switch (status) {
            case Delivery.RESERVED -> "Being sent";
            case Delivery.HELD -> "On hold";
            case Delivery.UNKNOWN -> "Unconfirmed; checking with Twilio";
            case Delivery.REJECTED -> "Rejected";
            case "delivered" -> "Delivered";
            case "read" -> "Delivered and read";
            case "undelivered", "failed" -> "Not delivered";
            case "canceled" -> "Canceled";
            case "sent" -> "Sent to carrier";
            default -> "In progress";
        };
    }

    /** What happens next without anybody doing anything. */
    static String next(String status, @Nullable Instant dueAt) {
        if (ON_ITS_WAY.contains(status)) {
            return "Twilio reports its progress; if no report arrives, its status is requested.";
        }
        return switch (status) {
            case Delivery.RESERVED -> "The outcome will be known within a minute.";
            case Delivery.HELD ->
                dueAt == null
                        ? "Waiting for an operator to send or discard it."
                        : "Will be sent automatically when due.";
            case Delivery.UNKNOWN -> "Checking Twilio’s records; it is resent only if Twilio has no record of it.";
            case Delivery.REJECTED -> "No automatic retry. Fix the event and resend.";
            case "delivered", "read" -> "Nothing more; it was delivered.";
            case "undelivered", "failed" -> "It won’t be resent automatically.";
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
     * @param kind received, checked, answer, callback, reconciliation, poll, decision or operator
     * @param summary of it, as a sentence
     * @param detail the reason, where there is one
     * @param code Twilio's error code
     * @param actor the operator
     * @param until when a text that waits is tried
     */
    public record Entry(
            Instant at,
            String kind,
            String status,
            String summary,
            @Nullable String detail,
            @Nullable Integer code,
            @Nullable String sid,
            @Nullable String actor,
            @Nullable Instant until) {

        Entry(Instant at, String kind, String status, String summary) {
            this(at, kind, status, summary, null, null, null, null, null);
        }
    }
}
