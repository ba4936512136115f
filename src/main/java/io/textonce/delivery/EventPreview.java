package io.textonce.delivery;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.textonce.message.Segments;
import io.textonce.message.Sms;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * Preview of a message: its event takes the usual way, each check leaves its decision here instead of throwing it, and
 * the claim is only read. Nothing is stored or sent.
 */
public final class EventPreview {

    /** Exchange variable of the preview. */
    public static final String VARIABLE = "preview";

    /** Verdict about an event that changes nothing. */
    public static final String NONE = "none";

    private final EventPreviews claims;
    private final boolean isOffline;
    private final Map<String, SendDecision> checks = new LinkedHashMap<>();
    private final Map<String, Object> facts = new LinkedHashMap<>();
    private final List<Map<String, ?>> caps = new ArrayList<>();
    private final List<Effect> effects = new ArrayList<>();
    private @Nullable Sms sms;
    private @Nullable Delivery duplicateOf;
    private @Nullable String statusOfDuplicate;
    private Instant now = Instant.EPOCH;

    /** @param isOffline whether there is no database to read a claim's part from */
    EventPreview(EventPreviews claims, boolean isOffline) {
        this.claims = claims;
        this.isOffline = isOffline;
    }

    /** Returns the preview that an exchange is for, or null if its message is to be sent. */
    public static @Nullable EventPreview of(Exchange exchange) {
        return exchange.getVariable(VARIABLE, EventPreview.class);
    }

    /** Returns whether there is no database to read from. */
    public boolean isOffline() {
        return isOffline;
    }

    /** Adds a decision; of several of a check the strictest counts. */
    public void add(String check, SendDecision decision) {
        checks.merge(check, decision, SendDecision::strictest);
    }

    /** Adds what the event would change besides its own message. */
    public void add(Effect effect) {
        effects.add(effect);
    }

    /** Takes the place of the claim. */
    void claim(Exchange exchange, Sms message, Instant at) {
        sms = message;
        now = at;
        fact("event", message.event());
        fact("purpose", message.policy().purpose());
        fact("language", exchange.getVariable("language", String.class));
        claims.read(this, message, isOffline);
    }

    /** Adds something to know about the message. */
    void fact(String name, @Nullable Object value) {
        if (value != null) {
            facts.put(name, value);
        }
    }

    /** Adds a cap that the message would use. */
    void cap(Map<String, ?> use) {
        caps.add(use);
    }

    void duplicates(Delivery delivery) {
        duplicateOf = delivery;
    }

    /** The event was accepted before, also where its message has another payload or waits. */
    public void duplicates(String status) {
        statusOfDuplicate = status;
    }

    /** The message, or null if the event's route has sent none. */
    public @Nullable Sms sms() {
        return sms;
    }

    Instant now() {
        return now;
    }

    /** Returns whether the event would do something: its message is sent, now or later, or another one is changed. */
    public boolean hasEffect() {
        if (sms == null) {
            return effects.stream().anyMatch(effect -> !effect.verdict().equals(NONE));
        }
        var decision = decision();
        return !isDuplicate() && (decision.isSend() || decision.isHeld());
    }

    /** A duplicate with another payload is rejected, and no duplicate. */
    boolean isDuplicate() {
        return (duplicateOf != null || statusOfDuplicate != null) && !checks.containsKey("duplicate");
    }

    SendDecision decision() {
        return checks.values().stream().reduce(SendDecision.SEND, SendDecision::strictest);
    }

    /**
     * Returns the preview by names, as for JSON.
     *
     * @param withText whether it is for someone who may send the message
     */
    public Map<String, Object> report(boolean withText) {
        var report = new LinkedHashMap<String, Object>();
        report.put("preview", true);
        if (sms == null) {
            effects(report);
            return report;
        }
        verdict(report);
        report.put(
                "checks",
                checks.entrySet().stream()
                        .map(check -> check(check.getKey(), check.getValue()))
                        .toList());
        report.putAll(facts);
        text(report, sms, withText);
        report.put("caps", caps);
        if (!effects.isEmpty()) {
            report.put("effects", effects);
        }
        return report;
    }

    /** Reports an event without a message of its own: the first that changes something gives the verdict. */
    private void effects(Map<String, Object> report) {
        if (effects.isEmpty()) {
            report.put("verdict", NONE);
            report.put("detail", "The route of this event sends no message for it.");
            return;
        }
        report.put(
                "verdict",
                effects.stream()
                        .map(Effect::verdict)
                        .filter(verdict -> !verdict.equals(NONE))
                        .findFirst()
                        .orElse(NONE));
        report.put("detail", effects.stream().map(Effect::detail).collect(Collectors.joining(" ")));
        report.put("effects", effects);
    }

    private void verdict(Map<String, Object> report) {
        if (isDuplicate() && duplicateOf == null) {
            report.put("verdict", "duplicate");
            report.put("detail", "The event was accepted before; no second message is sent.");
            report.put("status", statusOfDuplicate);
            return;
        }
        if (isDuplicate()) {
            report.put("verdict", "duplicate");
            report.put("detail", "Duplicate of delivery " + duplicateOf.id() + "; no second message is sent.");
            report.put("duplicateOf", duplicateOf.id().toString());
            report.put("status", duplicateOf.status().word());
            return;
        }
        var decision = decision();
        report.put("verdict", word(decision, "send"));
        if (decision.words() != null) {
            report.put("detail", decision.words());
        }
        if (decision.isSend() || decision.until() != null) {
            report.put("at", Objects.requireNonNullElse(decision.until(), now).toString());
        }
    }

    private static Map<String, Object> check(String name, SendDecision decision) {
        var check = new LinkedHashMap<String, Object>();
        check.put("check", name);
        check.put("verdict", word(decision, "pass"));
        if (decision.words() != null) {
            check.put("detail", decision.words());
        }
        if (decision.until() != null) {
            check.put("until", decision.until().toString());
        }
        return check;
    }

    private static String word(SendDecision decision, String send) {
        return switch (decision.status()) {
            case RESERVED -> decision.until() == null ? send : "schedule";
            case HELD -> "hold";
            case UNKNOWN -> "reconcile";
            case SUPPRESSED -> "suppress";
            case CANCELED -> "cancel";
            default -> "reject";
        };
    }

    /** Twilio makes the text of a content template. */
    private static void text(Map<String, Object> report, Sms sms, boolean withText) {
        if (sms.policy().isContent()) {
            report.put("contentSid", sms.policy().options().get("contentSid"));
            return;
        }
        if (sms.segments() == null) {
            report.put("media", sms.mediaUrls().size());
            if (withText) {
                report.put("text", sms.text());
            }
            return;
        }
        var reasons = Segments.notInGsm(sms.text(), sms.policy().isSmartEncoded());
        report.put("encoding", reasons.isEmpty() ? "GSM-7" : "UCS-2");
        report.put("characters", sms.text().codePointCount(0, sms.text().length()));
        report.put("segments", sms.segments());
        if (withText) {
            report.put("ucs2Because", reasons.stream().map(EventPreview::named).toList());
            report.put("text", sms.text());
        }
    }

    private static Map<String, String> named(int character) {
        var named = new LinkedHashMap<String, String>();
        named.put("character", Character.toString(character));
        named.put("codePoint", String.format("U+%04X", character));
        named.put("name", String.valueOf(Character.getName(character)));
        return named;
    }

    /**
     * Change that an event would make to the message of another one.
     *
     * @param verdict {@code cancel} or {@code acknowledge}, or {@value #NONE} if nothing would change
     * @param event whose message it is
     * @param eventId of that event
     * @param status of the response to the event, or null if it is not known
     * @param delivery of that message, or null if there is none
     * @param detail what would become of it, in a sentence
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Effect(
            String verdict,
            String event,
            String eventId,
            @Nullable String status,
            @Nullable UUID delivery,
            String detail) {}
}
