package io.textonce.message;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Lookup table of Twilio's smart encoding, which replaces characters by look-alikes of GSM-7. Twilio publishes it; a
 * Messaging Service may apply it on its own. No replacement contains a character that is itself replaced.
 */
public final class SmartEncoding {

    private static final String TABLE = "/twilio/smart-encoding.csv";
    private static final String HEADER = "character,replacement,name";

    private static final Map<Integer, String> REPLACEMENTS = load();

    private SmartEncoding() {}

    /** Applies all replacements of the table to a text. */
    public static String plain(String text) {
        var plain = new StringBuilder(text.length());
        text.codePoints().forEach(character -> {
            String replacement = REPLACEMENTS.get(character);
            if (replacement == null) {
                plain.appendCodePoint(character);
            } else {
                plain.append(replacement);
            }
        });
        return plain.toString();
    }

    /** Returns whether a character is in GSM-7, so that nothing needs to be replaced. */
    public static boolean isGsm(int character) {
        return Segments.gsmUnits(character) > 0;
    }

    static Map<Integer, String> replacements() {
        return REPLACEMENTS;
    }

    private static Map<Integer, String> load() {
        try (var table = new BufferedReader(
                new InputStreamReader(SmartEncoding.class.getResourceAsStream(TABLE), StandardCharsets.UTF_8))) {
            return table.lines()
                    .filter(line -> !line.startsWith("#") && !line.equals(HEADER))
                    .map(line -> line.split(","))
                    .collect(Collectors.toUnmodifiableMap(
                            row -> Integer.parseInt(row[0], 16), row -> characters(row[1])));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String characters(String codePoints) {
        var characters = new StringBuilder();
        for (String codePoint : codePoints.isEmpty() ? new String[0] : codePoints.split(" ")) {
            characters.appendCodePoint(Integer.parseInt(codePoint, 16));
        }
        return characters.toString();
    }
}
