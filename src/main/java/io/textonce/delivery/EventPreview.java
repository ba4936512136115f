package io.textonce.delivery;

import io.textonce.message.Segments;
import io.textonce.message.Sms;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * Preview of a message: its event takes the usual way, each check leaves its decision here instead of throwing it, and
 * the claim is only read. Nothing is stored or sent.
 */
public final class EventPreview {

    /** Exchange variable of the preview. */
    public static final String VARIABLE = "preview";

    private final EventPreviews claims;
    private final boolean isOffline;
    private final Map<String, SendDecision> checks = new LinkedHashMap<>();
    private final Map<String, Object> facts = new LinkedHashMap<>();
    private final List<Map<String, ?>> caps = new ArrayList<>();
    private @Nullable Sms sms;
    private @Nullable Delivery duplicateOf;
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

    /** Adds a decision; of several of a check the strictest counts. */
    void add(String check, SendDecision decision) {
        checks.merge(check, decision, SendDecision::strictest);
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

    /** The message, or null if the event's route has sent none. */
    public @Nullable Sms sms() {
        return sms;
    }

    Instant now() {
        return now;
    }

    /** Returns whether the message would be sent, now or later. */
    public boolean isSent() {
        var decision = decision();
        return sms != null && duplicateOf == null && (decision.isSend() || decision.isHeld());
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
            report.put("verdict", "none");
            report.put("detail", "The route of this event sends no message for it.");
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
        return report;
    }

    private void verdict(Map<String, Object> report) {
        if (duplicateOf != null) {
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
}
