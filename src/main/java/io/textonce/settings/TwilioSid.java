package io.textonce.settings;

import java.util.regex.Pattern;

/** Form of Twilio's identifiers: two letters for the kind, and 32 hexadecimal digits. */
public final class TwilioSid {

    /** The digits, for the pattern of one kind. */
    public static final String DIGITS = "[0-9a-fA-F]{32}";

    private static final Pattern MESSAGE = Pattern.compile("(SM|MM)" + DIGITS);

    private TwilioSid() {}

    /** Returns whether a text is the SID of a message. */
    public static boolean isMessage(String text) {
        return MESSAGE.matcher(text).matches();
    }
}
