package io.textonce.console;

import com.fasterxml.jackson.databind.JsonNode;
import io.textonce.delivery.Cancellations;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.twilio.TwilioCodes;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Timeline text for people who don't know Twilio. Every status in the table has its words; a status of Twilio that this
 * version does not know is quoted.
 */
@Component
public final class TimelineText {

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH);

    private final TwilioCodes codes;

    TimelineText(TwilioCodes codes) {
        this.codes = codes;
    }

    /** Returns the timeline of a row of {@code delivery-find.sql}: receipt and checks, then the recorded entries. */
    List<Entry> entries(Map<String, Object> row, JsonNode timeline) {
        var entries = new ArrayList<Entry>();
        var received = instant(row.get("created_at"));
        if (row.get("source").equals(Cancellations.SOURCE)) {
            entries.add(new Entry(
                    received, "received", DeliveryStatus.CANCELED.word(), "The cancellation came in before its event"));
            return withTimeline(entries, timeline);
        }
        entries.add(new Entry(received, "received", "received", "Event received " + from(row)));
        entries.add(new Entry(
                received,
                "checked",
                DeliveryStatus.RESERVED.word(),
                "Checks passed: consent, number, content",
                "Consent given on "
                        + DAY.format(instant(row.get("consent_at")).atZone(ZoneOffset.UTC)) + " for "
                        + row.get("purpose")
                        + (row.get("consent_source") == null ? "" : " (" + row.get("consent_source") + ")") + ".",
                null,
                null,
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
        String summary = summary(kind, status, text(event, "actor"), text(event, "action"));
        return new Entry(
                OffsetDateTime.parse(event.get("at").asText()).toInstant(),
                kind,
                status,
                summary,
                detail == null && code != null ? codes.of(code).words() : summary.equals(detail) ? null : detail,
                code,
                text(event, "sid"),
                text(event, "actor"),
                text(event, "action"),
                time(event, "until"),
                call(event));
    }

    private static @Nullable Call call(JsonNode event) {
        var at = time(event, "calledAt");
        return at == null
                ? null
                : new Call(at, event.get("http").isInt() ? event.get("http").intValue() : null, text(event, "request"));
    }

    private static @Nullable Instant time(JsonNode event, String name) {
        String time = text(event, name);
        return time == null ? null : OffsetDateTime.parse(time).toInstant();
    }

    private static String summary(String kind, String word, @Nullable String actor, @Nullable String action) {
        // Only Twilio reports words that this version does not know.
        var known = DeliveryStatus.of(word);
        if (known.isEmpty()) {
            return "Twilio reported: " + word;
        }
        var status = known.get();
        return switch (kind) {
            case "answer" -> answered(status);
            case "callback", "poll" -> reported(status);
            case "reconciliation" ->
                status == DeliveryStatus.RESERVED
                        ? "Twilio has no record of it; resending"
                        : "Found in Twilio’s message list";
            case "operator" -> decided(status, actor, action);
            default ->
                switch (status) {
                    case RESERVED -> "Sending";
                    case UNKNOWN -> "Unconfirmed whether the message was sent; checking with Twilio";
                    case HELD -> "On hold";
                    case REJECTED, SUPPRESSED -> "Message not sent";
                    default -> "Status set to " + status;
                };
        };
    }

    private static String answered(DeliveryStatus status) {
        return switch (status) {
            case HELD -> "Not sent yet; on hold";
            case UNKNOWN -> "Sent to Twilio; no confirmation received";
            case REJECTED -> "Rejected; nothing was sent";
            case CANCELED -> "Twilio has no record of it; canceled meanwhile";
            case SCHEDULED -> "Scheduled at Twilio";
            default -> "Accepted by Twilio";
        };
    }

    private static String reported(DeliveryStatus status) {
        return switch (status) {
            case ACCEPTED -> "Accepted by Twilio";
            case SCHEDULED -> "Scheduled at Twilio";
            case QUEUED -> "Queued at Twilio";
            case SENDING -> "Twilio is sending it to the carrier";
            case SENT -> "Sent to carrier";
            case DELIVERED -> "Delivered to phone";
            case READ -> "Read by the recipient";
            case UNDELIVERED -> "Not delivered by the carrier";
            case FAILED -> "Twilio could not send it";
            case CANCELED -> "Canceled before it was sent";
            default -> "Twilio reported: " + status;
        };
    }

    private static String decided(DeliveryStatus status, @Nullable String actor, @Nullable String action) {
        String who = actor == null ? "An operator" : actor;
        return switch (action == null ? "" : action) {
            case "drop" -> who + " discarded the message";
            case "resend" -> who + " resent the message";
            case "release" -> who + " released the message";
            case "undo" -> who + " undid the last action";
            case "request-cancel" -> who + " requested the cancellation at Twilio";
            default ->
                status == DeliveryStatus.CANCELED
                        ? who + " canceled the message"
                        : who + " tried to cancel the message";
        };
    }

    /** Returns the headline of a status. */
    static String headline(DeliveryStatus status) {
        return switch (status) {
            case RESERVED -> "Being sent";
            case HELD -> "On hold";
            case UNKNOWN -> "Unconfirmed; checking with Twilio";
            case REJECTED -> "Rejected";
            case SUPPRESSED -> "Suppressed";
            case DELIVERED -> "Delivered";
            case READ -> "Delivered and read";
            case UNDELIVERED, FAILED -> "Not delivered";
            case CANCELED -> "Canceled";
            case SENT -> "Sent to carrier";
            case SCHEDULED -> "Scheduled";
            default -> "In progress";
        };
    }

    /** Returns what happens next without any action. */
    static String next(DeliveryStatus status, @Nullable Instant dueAt) {
        return switch (status) {
            case SCHEDULED, ACCEPTED, QUEUED, SENDING, SENT ->
                "Twilio reports its progress; if no report arrives, its status is requested.";
            case RESERVED -> "The outcome will be known within a minute.";
            case HELD ->
                dueAt == null
                        ? "Waiting for an operator to send or discard it."
                        : "Will be sent automatically when due.";
            case UNKNOWN -> "Checking Twilio’s records; it is resent only if Twilio has no record of it.";
            case SUPPRESSED -> "Nothing more: this environment sends no messages to this number.";
            case REJECTED -> "It won’t be resent automatically. Fix the cause, then resend it.";
            case DELIVERED, READ -> "Nothing more; it was delivered.";
            case UNDELIVERED, FAILED -> "It won’t be resent automatically.";
            case CANCELED -> "Nothing more.";
        };
    }

    static Instant instant(Object timestamp) {
        return ((java.sql.Timestamp) timestamp).toInstant();
    }

    private static @Nullable String text(JsonNode event, String name) {
        return event.path(name).isTextual() ? event.get(name).textValue() : null;
    }

    /**
     * Entry of a timeline.
     *
     * @param kind received, checked, answer, callback, reconciliation, poll, decision or operator
     * @param summary of it, as a sentence
     * @param detail the reason, if known
     * @param code Twilio's error code
     * @param actor the operator
     * @param action what the operator did
     * @param until when a held message is due
     * @param call that an answer belongs to, or null if Twilio was not called
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
            @Nullable String action,
            @Nullable Instant until,
            @Nullable Call call) {

        Entry(Instant at, String kind, String status, String summary) {
            this(at, kind, status, summary, null, null, null, null, null, null, null);
        }

        public String tone() {
            return DeliveryStatus.of(status).map(DeliveryView::tone).orElse("way");
        }
    }

    /**
     * Call to Twilio.
     *
     * @param http status of the response, or null without one
     * @param request Twilio's id of the request
     */
    public record Call(
            Instant at, @Nullable Integer http, @Nullable String request) {}
}
