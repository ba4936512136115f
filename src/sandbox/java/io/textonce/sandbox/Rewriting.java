package io.textonce.sandbox;

import io.textonce.sandbox.Fault.Quirk;
import java.util.Map;

/** Rewriting of a text by Twilio before the recipient reads it. */
final class Rewriting {

    private static final String TRIAL_NOTICE = "Sent from your Twilio trial account - ";
    private static final Map<String, String> LOOK_ALIKES = Map.of(
            "\u2018", "'", "\u2019", "'", "\u201c", "\"", "\u201d", "\"", "\u2013", "-", "\u2014", "-", "\u2026", "...",
            "\u00a0", " ");

    private Rewriting() {}

    static String apply(String text, Form form, Fault fault) {
        String rewritten = text;
        if (fault.has(Quirk.SHORT_LINKS) || form.text("ShortenUrls").equals("true")) {
            rewritten = rewritten.replaceAll("https?://\\S+", "https://twil.io/a1B2c3");
        }
        if (fault.has(Quirk.STRAIGHT_QUOTES) || form.text("SmartEncoded").equals("true")) {
            for (var lookAlike : LOOK_ALIKES.entrySet()) {
                rewritten = rewritten.replace(lookAlike.getKey(), lookAlike.getValue());
            }
        }
        return fault.has(Quirk.TRIAL_NOTICE) ? TRIAL_NOTICE + rewritten : rewritten;
    }
}
