package io.textonce.console;

import io.textonce.delivery.DeliveryStatus;
import io.textonce.message.SendPolicy;
import io.textonce.message.Sender;
import io.textonce.privacy.NumberMask;
import io.textonce.privacy.PersonalDataMask;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/**
 * View of a delivery for the page.
 *
 * @param storedForResend whether the message is still there and in a state to be sent again
 * @param person address of the recipient's page, or null after an erasure
 * @param permanent whether Twilio would only reject it again
 */
public record DeliveryView(
        String id,
        String event,
        String eventId,
        @Nullable String reference,
        @Nullable String client,
        String phone,
        DeliveryStatus status,
        int attempt,
        @Nullable String sid,
        @Nullable Integer code,
        @Nullable String reason,
        @Nullable Instant dueAt,
        Instant createdAt,
        Instant updatedAt,
        boolean storedForResend,
        boolean permanent,
        @Nullable ZoneId zone,
        @Nullable String person,
        @Nullable String quietHours,
        List<Parameter> parameters,
        List<TimelineText.Entry> entries) {

    /** Beginning of the reasons of a hold that was planned, by the event or by quiet hours. */
    private static final String PLANNED = "Held until";

    private static final Duration CONFIRMED = Duration.ofMinutes(2);

    static DeliveryView of(
            Map<String, Object> row,
            boolean permanent,
            @Nullable ZoneId zone,
            @Nullable String person,
            List<TimelineText.Entry> entries) {
        String reference = (String) row.get("reference");
        String phone = (String) row.get("phone_masked");
        return new DeliveryView(
                row.get("id").toString(),
                (String) row.get("event"),
                NumberMask.of((String) row.get("event_id"), phone),
                reference == null ? null : PersonalDataMask.mask(reference),
                (String) row.get("client"),
                phone,
                DeliveryStatus.ofColumn((String) row.get("status")),
                (Integer) row.get("attempt"),
                (String) row.get("message_sid"),
                (Integer) row.get("error_code"),
                (String) row.get("reason"),
                row.get("due_at") == null ? null : TimelineText.instant(row.get("due_at")),
                TimelineText.instant(row.get("created_at")),
                TimelineText.instant(row.get("updated_at")),
                Boolean.TRUE.equals(row.get("may_be_sent_again")),
                permanent,
                zone,
                person,
                (String) row.get("quiet_hours"),
                Parameter.of(row),
                entries);
    }

    public String headline() {
        return needsReview() ? "Needs review" : isPlanned() ? "Scheduled" : TimelineText.headline(status);
    }

    private boolean needsReview() {
        return status == DeliveryStatus.HELD && dueAt == null;
    }

    private boolean isPlanned() {
        return status == DeliveryStatus.HELD && dueAt != null && reason != null && reason.startsWith(PLANNED);
    }

    public String next() {
        return status == DeliveryStatus.REJECTED && permanent
                ? "It can’t be resent: it would be rejected again. Fix the cause, then send a new event."
                : TimelineText.next(status, dueAt);
    }

    /** Returns a sentence that an agent can say or send to the customer. */
    public String sentence() {
        return switch (status) {
            case DELIVERED, READ -> "Our message was delivered to your phone.";
            case SENT ->
                "We sent you the message, and your network has accepted it; it has not confirmed the delivery yet.";
            case HELD, SCHEDULED ->
                needsReview()
                        ? "We are checking the message to you and will send it, or contact you otherwise."
                        : "The message to you is planned and will be sent soon.";
            case UNKNOWN -> "We are checking with our provider whether the message to you was sent.";
            case UNDELIVERED, FAILED -> "We sent you the message, but it could not be delivered to your phone.";
            case REJECTED -> "The message could not be sent to your number.";
            case CANCELED -> "The message was canceled and was not sent.";
            case SUPPRESSED -> "The message was not sent.";
            default -> "The message to you is being sent.";
        };
    }

    /** Returns the address of the message in Twilio's console, or null while Twilio has none. */
    public @Nullable String console() {
        return sid == null ? null : "https://console.twilio.com/us1/monitor/logs/sms?sid=" + sid;
    }

    /** Returns the calls to Twilio, one each attempt. */
    public List<TimelineText.Entry> calls() {
        return entries.stream().filter(entry -> entry.call() != null).toList();
    }

    /** Returns how long Twilio took to answer, and the database to record it. */
    public String duration(TimelineText.Entry answer) {
        return "%,d ms"
                .formatted(Duration.between(answer.call().at(), answer.at()).toMillis());
    }

    /** Returns the time that passed before an entry, or an empty text if it is too short to be of interest. */
    public String after(int place) {
        var gone = place == 0
                ? Duration.ZERO
                : Duration.between(
                        entries.get(place - 1).at(), entries.get(place).at());
        return gone.toSeconds() < 1 ? "" : " · " + Times.span(gone) + " later";
    }

    /** Returns the confirmation of an action, if the timeline ends with it. */
    public @Nullable String confirmation(@Nullable String action, Instant now) {
        var last = entries.stream().filter(entry -> entry.action() != null).reduce((one, next) -> next);
        if (action == null
                || last.isEmpty()
                || !action.equals(last.get().action())
                || last.get().at().isBefore(now.minus(CONFIRMED))) {
            return null;
        }
        return switch (action) {
            case "cancel" -> "Message canceled. It won’t be sent.";
            case "drop" -> "Message discarded. It won’t be sent.";
            case "release" -> "Message released. It is being sent.";
            default -> "Message resent. It is being sent again.";
        };
    }

    /** Returns the color and sign of the status. */
    public String tone() {
        return isPlanned() ? "way" : tone(status);
    }

    static String tone(DeliveryStatus status) {
        return switch (status) {
            case DELIVERED, READ -> "good";
            case HELD, UNKNOWN -> "wait";
            case REJECTED, UNDELIVERED, FAILED -> "bad";
            case CANCELED, SUPPRESSED -> "off";
            default -> "way";
        };
    }

    /** Returns the actions that an operator has now. */
    public List<Choice> choices() {
        var choices = new ArrayList<Choice>();
        if (status == DeliveryStatus.HELD && dueAt == null) {
            choices.add(new Choice("release", "Send now", "The message is sent now."));
            choices.add(new Choice("drop", "Discard", "The message will never be sent."));
        } else if (status == DeliveryStatus.HELD) {
            choices.add(new Choice("cancel", "Cancel message", "The message will never be sent."));
        } else if (storedForResend && !permanent) {
            choices.add(new Choice("resend", "Resend", "The same message is sent once more."));
        } else if (status.isCancelable()) {
            choices.add(new Choice(
                    "cancel", "Cancel message", "A cancellation is requested from Twilio. It may be too late."));
        }
        return choices;
    }

    /** Parameter of the request to Twilio; number and content are not shown. */
    public record Parameter(String name, String value) {

        private static String segments(Object many) {
            return many.equals(1) ? "1 segment" : many + " segments";
        }

        static List<Parameter> of(Map<String, Object> row) {
            var parameters = new ArrayList<Parameter>();
            parameters.add(new Parameter("To", (String) row.get("phone_masked")));
            var sender = new Sender((String) row.get("sender"));
            parameters.add(
                    sender.service() == null
                            ? new Parameter("From", sender.address())
                            : new Parameter("MessagingServiceSid", sender.service()));
            var policy = new SendPolicy();
            var sendAt = policy.read((String) row.get("twilio_options"));
            policy.options()
                    .forEach((name, value) -> parameters.add(new Parameter(StringUtils.capitalize(name), value)));
            if (sendAt != null) {
                parameters.add(new Parameter("SendAt", sendAt.toString()));
            }
            if (row.get("segments") != null) {
                parameters.add(new Parameter("Body", segments(row.get("segments")) + ", not shown"));
            }
            return parameters;
        }
    }

    /** Action of an operator. */
    public record Choice(String action, String title, String words) {}
}
