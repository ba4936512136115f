package io.textonce.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks of Twilio before it creates a message, with the magic numbers that are rejected. */
final class CreateRules {

    private static final Pattern E164 = Pattern.compile("\\+[1-9]\\d{6,14}");
    private static final Pattern SENDER = Pattern.compile(
            "(whatsapp:)?\\+[1-9]\\d{6,14}|rcs:[A-Za-z0-9_.-]+|\\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}");
    private static final Pattern CHANNEL = Pattern.compile("^(whatsapp|rcs):");
    private static final Pattern INTENT =
            Pattern.compile("otp|notifications|marketing|fraud|security|customercare|delivery"
                    + "|education|polling|announcements|events");
    private static final Pattern SERVICE = Pattern.compile("MG[0-9a-fA-F]{32}");
    private static final Set<String> FLAGS = Set.of("SmartEncoded", "ShortenUrls", "SendAsMms", "ProvideFeedback");
    private static final Duration EARLIEST = Duration.ofMinutes(5);
    private static final Duration LATEST = Duration.ofDays(35);
    private static final Map<String, Integer> MAGIC_RECIPIENTS = Map.of(
            "+15005550001", 21211,
            "+15005550002", 21612,
            "+15005550003", 21408,
            "+15005550004", 21610,
            "+15005550009", 21614);
    private static final Map<String, Integer> MAGIC_SENDERS = Map.of(
            "+15005550000", 21606,
            "+15005550001", 21212,
            "+15005550007", 21606,
            "+15005550008", 21611);

    private final Clock clock;
    private final Set<String> optOuts;

    /** @param optOuts pairs of recipient and sender, see {@link #pair} */
    CreateRules(Clock clock, Set<String> optOuts) {
        this.clock = clock;
        this.optOuts = optOuts;
    }

    static boolean isE164(String number) {
        return E164.matcher(number).matches();
    }

    /** Key of an opt-out, which covers all channels of a number. */
    static String pair(String recipient, String sender) {
        return bare(recipient) + " " + bare(sender);
    }

    /** Returns an address without its channel. */
    static String bare(String address) {
        return CHANNEL.matcher(address).replaceFirst("");
    }

    /** Returns the channel of an address with its colon, or an empty text. */
    static String channel(String address) {
        return address.substring(0, address.length() - bare(address).length());
    }

    /** Null when the message may be created. */
    @Nullable
    TwilioError rejection(Form form) {
        TwilioError error = recipientRefusal(form);
        error = error == null ? senderRefusal(form) : error;
        error = error == null ? textRefusal(form) : error;
        error = error == null ? pairRefusal(form) : error;
        error = error == null ? contentRefusal(form) : error;
        error = error == null ? optionRefusal(form) : error;
        error = error == null ? validityRefusal(form) : error;
        error = error == null ? scheduleRefusal(form) : error;
        return error == null ? callbackRefusal(form) : error;
    }

    private static @Nullable TwilioError recipientRefusal(Form form) {
        String to = form.text("To");
        if (to.isEmpty()) {
            return TwilioError.of(21604, "A 'To' phone number is required.");
        }
        if (!isE164(bare(to))) {
            return TwilioError.of(21211, "The 'To' number " + to + " is not a valid phone number.");
        }
        Integer magic = MAGIC_RECIPIENTS.get(bare(to));
        return magic == null ? null : TwilioError.of(magic, "The 'To' number " + to + " was rejected.");
    }

    private static @Nullable TwilioError senderRefusal(Form form) {
        String from = form.text("From");
        String service = form.text("MessagingServiceSid");
        if (from.isEmpty() && service.isEmpty()) {
            return TwilioError.of(21603, "A 'From' phone number is required.");
        }
        if (!service.isEmpty() && !SERVICE.matcher(service).matches()) {
            return TwilioError.of(21705, "The Messaging Service Sid " + service + " is invalid.");
        }
        if (!from.isEmpty() && !SENDER.matcher(from).matches()) {
            return TwilioError.of(
                    21212,
                    "The 'From' number " + from
                            + " is not a valid phone number, shortcode, or alphanumeric sender ID.");
        }
        if (!from.isEmpty() && !channel(from).equals(channel(form.text("To")))) {
            return TwilioError.of(63007, "Twilio could not find a Channel with the specified From address");
        }
        Integer magic = MAGIC_SENDERS.get(from);
        if (magic == null) {
            return null;
        }
        return TwilioError.of(
                magic, magic == 21611 ? "SMS queue is full." : "The 'From' number " + from + " was rejected.");
    }

    private static @Nullable TwilioError textRefusal(Form form) {
        String body = form.text("Body");
        if (body.isBlank() && !form.has("MediaUrl") && !form.has("ContentSid")) {
            return TwilioError.of(21602, "Message body is required.");
        }
        return body.length() <= 1600
                ? null
                : TwilioError.of(21617, "The concatenated message body exceeds the 1600 character limit.");
    }

    private @Nullable TwilioError pairRefusal(Form form) {
        String to = form.text("To");
        String from = form.text("From");
        if (bare(to).equals(bare(from))) {
            return TwilioError.of(21211, "'To' and 'From' number cannot be the same.");
        }
        return optOuts.contains(pair(to, from))
                ? TwilioError.of(21610, "Attempt to send to unsubscribed recipient")
                : null;
    }

    private static @Nullable TwilioError contentRefusal(Form form) {
        String variables = form.text("ContentVariables");
        if (!form.has("ContentSid")) {
            return variables.isEmpty()
                    ? null
                    : TwilioError.of(21654, "ContentSid is required to process ContentVariables");
        }
        if (!form.text("ContentSid").matches("HX[0-9a-fA-F]{32}")) {
            return TwilioError.of(21655, "The ContentSid is Invalid");
        }
        try {
            return variables.isEmpty() || new ObjectMapper().readTree(variables).isObject()
                    ? null
                    : TwilioError.of(21656, "The ContentVariables Parameter is invalid");
        } catch (JsonProcessingException e) {
            return TwilioError.of(21656, "The ContentVariables Parameter is invalid");
        }
    }

    private static @Nullable TwilioError optionRefusal(Form form) {
        for (String name : FLAGS) {
            if (form.has(name) && !form.text(name).matches("true|false")) {
                return TwilioError.of(20001, name + " must be true or false");
            }
        }
        if (form.has("RiskCheck") && !form.text("RiskCheck").matches("enable|disable")) {
            return TwilioError.of(20001, "RiskCheck must be enable or disable");
        }
        if (form.has("MessageIntent")
                && !INTENT.matcher(form.text("MessageIntent")).matches()) {
            return TwilioError.of(20001, "MessageIntent is invalid");
        }
        if (form.has("FallbackFrom")
                && !SENDER.matcher(form.text("FallbackFrom")).matches()) {
            return TwilioError.of(21212, "The 'FallbackFrom' number is not a valid phone number");
        }
        if (form.count("MediaUrl") > 10
                || form.has("MediaUrl") && !form.text("MediaUrl").startsWith("https://")) {
            return TwilioError.of(21620, "Invalid media URL(s)");
        }
        return form.text("ShortenUrls").equals("true")
                        && form.text("MessagingServiceSid").isEmpty()
                ? TwilioError.of(30124, "MessagingServiceSid is required to shorten URLs")
                : null;
    }

    private static @Nullable TwilioError validityRefusal(Form form) {
        String seconds = form.text("ValidityPeriod");
        if (seconds.isEmpty()) {
            return null;
        }
        boolean valid =
                seconds.matches("\\d{1,5}") && Integer.parseInt(seconds) >= 1 && Integer.parseInt(seconds) <= 36_000;
        return valid ? null : TwilioError.of(21624, "The ValidityPeriod " + seconds + " is invalid.");
    }

    private @Nullable TwilioError scheduleRefusal(Form form) {
        if (!form.has("ScheduleType")) {
            return null;
        }
        if (!form.text("ScheduleType").equals("fixed")) {
            return TwilioError.of(20001, "ScheduleType must be fixed");
        }
        if (form.text("MessagingServiceSid").isEmpty()) {
            return TwilioError.of(35118, "MessagingServiceSid is required to schedule a message");
        }
        if (form.text("SendAt").isEmpty()) {
            return TwilioError.of(35111, "SendAt timestamp is missing");
        }
        Instant sendAt = sendAt(form);
        if (sendAt == null) {
            return TwilioError.of(35115, "SendAt must be a timestamp such as 2026-03-05T10:15:30Z");
        }
        Instant now = clock.instant();
        boolean inWindow = !sendAt.isBefore(now.plus(EARLIEST)) && !sendAt.isAfter(now.plus(LATEST));
        return inWindow
                ? null
                : TwilioError.of(35114, "SendAt time must be between 300 seconds and 35 days in the future");
    }

    /** When the message is scheduled for; null when it is not, or not readably. */
    static @Nullable Instant sendAt(Form form) {
        if (!form.text("ScheduleType").equals("fixed")) {
            return null;
        }
        try {
            return OffsetDateTime.parse(form.text("SendAt")).toInstant();
        } catch (DateTimeParseException unreadable) {
            return null;
        }
    }

    private static @Nullable TwilioError callbackRefusal(Form form) {
        String url = form.text("StatusCallback");
        if (url.isEmpty()) {
            return null;
        }
        try {
            var uri = new URI(url);
            boolean web = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            if (web && uri.getHost() != null && url.length() <= 4000) {
                return null;
            }
        } catch (URISyntaxException unreadable) {
            // rejected below
        }
        return TwilioError.of(21609, "The 'StatusCallback' URL " + url + " is not a valid URL.");
    }
}
