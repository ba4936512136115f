package io.textonce.sandbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Message that the simulator created.
 *
 * @param body as the recipient reads it, after any rewriting
 * @param from null until a messaging service has chosen its sender
 * @param sentAt null until the message was sent; Twilio's DateSent filters do not find it before
 * @param media number of pictures or files of the message
 * @param statusCallback the URL as given, with its query and fragment
 */
public record TwilioMessage(
        String sid,
        String accountSid,
        String to,
        @Nullable String from,
        @Nullable String messagingServiceSid,
        String body,
        String status,
        @Nullable Integer errorCode,
        int segments,
        int media,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant sentAt,
        @Nullable String statusCallback) {

    private static final DateTimeFormatter RFC_2822 = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss Z", Locale.US)
            .withZone(ZoneOffset.UTC);
    private static final Set<String> WAITING = Set.of("accepted", "scheduled", "queued");
    private static final Set<String> FINISHED = Set.of("delivered", "undelivered", "failed", "canceled", "read");

    /** Returns a SID that no message has. */
    public static String newSid() {
        return Call.Ids.next("SM");
    }

    boolean isWaiting() {
        return WAITING.contains(status);
    }

    boolean isFinished() {
        return FINISHED.contains(status);
    }

    TwilioMessage moved(String newStatus, @Nullable Integer newErrorCode, @Nullable String sender, Instant now) {
        boolean leaves =
                sentAt == null && Set.of("sent", "delivered", "undelivered").contains(newStatus);
        return new TwilioMessage(
                sid,
                accountSid,
                to,
                from == null ? sender : from,
                messagingServiceSid,
                body,
                newStatus,
                newErrorCode,
                segments,
                media,
                createdAt,
                now,
                leaves ? now : sentAt,
                statusCallback);
    }

    TwilioMessage redacted(Instant now) {
        return new TwilioMessage(
                sid,
                accountSid,
                to,
                from,
                messagingServiceSid,
                "",
                status,
                errorCode,
                segments,
                media,
                createdAt,
                now,
                sentAt,
                statusCallback);
    }

    /**
     * Returns the Messaging Service that Twilio generates for each account, and names where a request names none.
     *
     * @see <a href="https://www.twilio.com/en-us/changelog/messaging-api-response---logs-with-default-messaging-service">
     *     changelog of 2024-04-17</a>
     */
    private String defaultService() {
        // Not the SID that a sandbox may have as a sender.
        return "MGd" + accountSid.substring(3);
    }

    /** Twilio's own types: counts are strings, the error code is a number, dates are RFC 2822, URIs are relative. */
    ObjectNode json() {
        String path = "/2010-04-01/Accounts/" + accountSid + "/Messages/" + sid;
        boolean undecided = messagingServiceSid != null && isWaiting() && !status.equals("queued");
        var json = JsonNodeFactory.instance.objectNode();
        json.put("account_sid", accountSid).put("api_version", "2010-04-01").put("body", body);
        json.put("date_created", RFC_2822.format(createdAt)).put("date_updated", RFC_2822.format(updatedAt));
        json.put("date_sent", sentAt == null ? null : RFC_2822.format(sentAt));
        json.put("direction", "outbound-api").put("error_code", errorCode);
        json.put("error_message", errorCode == null ? null : TwilioError.nameOf(errorCode))
                .put("from", from)
                .put("messaging_service_sid", messagingServiceSid == null ? defaultService() : messagingServiceSid);
        json.put("num_media", Integer.toString(media))
                .put("num_segments", undecided ? "0" : Integer.toString(segments));
        json.put("price", (String) null)
                .put("price_unit", "USD")
                .put("sid", sid)
                .put("status", status);
        json.put("to", to).put("uri", path + ".json");
        json.putObject("subresource_uris").put("media", path + "/Media.json").put("feedback", path + "/Feedback.json");
        return json;
    }
}
