package io.textonce.privacy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Mask of a log line, in one pass of one expression. It is the second line of defense: {@link PayloadLoggers} and {@code
 * logServerErrorDetail=false} of the database driver keep payloads from being logged at all. What the mask guarantees:
 *
 * <ul>
 *   <li>no registered secret, also percent-encoded, in JSON and in HTTP Basic, and nothing after {@code Bearer} or {@code Basic}
 *   <li>no phone number but for its last four digits: after a plus, also an encoded one, and in the usual groups
 *   <li>no run of eight or more digits that is no identifier (SID, UUID, exchange id, trace id), date or duration
 *   <li>no value of a name that ends in body, text, password, secret, token, authorization, and no code of 4 to 10 digits
 *   <li>a JSON line stays JSON, and no input is slow: repetitions are possessive or bounded
 * </ul>
 *
 * <p>In doubt it masks too much. The secrets are static because Logback builds its encoders before Spring exists.
 */
public final class PersonalDataMask {

    static final String MASK = "***";

    /** Shorter ones are ordinary words, and masking them would eat the log. */
    private static final int SHORTEST_SECRET = 6;

    private static final int READABLE_DIGITS = 4;
    private static final int SHORTEST_E164 = 7;
    private static final int SHORTEST_GROUPED = 9;
    private static final String WORD = "[A-Za-z0-9]";
    private static final String END = "(?!" + WORD + ")";
    private static final String HEX = "[0-9A-Fa-f]";
    private static final String DIGIT = "\\p{Nd}";
    private static final String DATE = "[12]\\d{3}-[01]\\d-[0-3]\\d(?![\\d-])";
    private static final String SEPARATOR = "[ \\-/\u00a0\u2007-\u2015\u202f\u2212]";

    /** Start or next line of a stack trace. */
    private static final String TRACE = "[\\t ]++(?:at |\\.\\.\\. |Suppressed: )|Caused by: |"
            + "[\\w$]{1,80}+(?:\\.[\\w$]{1,80}+){1,20}+(?<=Exception|Error)(?:[:\\r\\n]|\\z)";

    /** The rest of a message, up to its stack trace: a text has blanks, commas, brackets and line breaks. */
    private static final String REST = "[^\\r\\n]*+(?:\\R(?!" + TRACE + "|\\z)[^\\r\\n]*+)*+";

    private static final String QUOTED = "\"(?:[^\"\\\\]|\\\\[\\s\\S]?+)*+";
    private static final String BARE = "(?:[^\\s,;&)}\\]\"'<>\\\\]|\\) ?+(?=\\d))++";
    private static final String IS = "(?:\\\\*+[\"'] {0,4}+:| {0,4}+=|:)(?![:=]) {0,4}+";

    /** Identifiers, dates and durations, which support reads; seconds since 1970 are no country's number. */
    private static final String READABLE = String.join(
            "|",
            HEX + "{8}(?:-" + HEX + "{4}){3}-" + HEX + "{12}" + END,
            HEX + "{15,16}-" + HEX + "{16}" + END,
            "[A-Z]{2}" + HEX + "{32}" + END,
            "(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|(?=0{8}|\\d*+[a-f])[0-9a-f]{16})" + END,
            DATE + "(?:[T ]\\d\\d:\\d\\d(?::\\d\\d)?+(?:[.,]\\d{1,9}+)?+(?:[+-]\\d\\d:?+\\d\\d)?+)?+",
            "(?:1\\d{9}\\.\\d{3,9}+|\\d{1,7}\\.\\d{8,9}+)(?!\\d)",
            "\\d++(?:\\.\\d{1,9}+)?+[num]?+s" + END);

    private static final String INTERNATIONAL = "\\(?+(?:[1-9]" + DIGIT + "{8,}+|" + DIGIT + "++(?:(?:" + SEPARATOR
            + "|[.()+]|%2[089]){1,3}+(?!" + DATE + ")" + DIGIT + "++)*+)";

    /** Matches at a digit, a plus, a bracket or an escape. A group is the part to mask, up to the end of the match. */
    private static final Pattern NUMBER = Pattern.compile(String.join(
            "|",
            "(?<!" + WORD + ")(?:" + READABLE + ")",
            "(?:[+\uFF0B]|%(?:25){0,4}+2[Bb]|\\\\u002[Bb])(" + INTERNATIONAL + ")|%" + HEX + "{2}",
            "(\\(\\d{2,5}\\)" + SEPARATOR + "?+\\d++(?:" + SEPARATOR + "\\d{2,}+)*+)",
            "(?<grouped>(?<!\\d[:.,]|" + WORD + ")\\d{1,7}+(?:" + SEPARATOR + "(?!" + DATE
                    + "|\\d++[:.]\\d|\\d\\d[A-Za-z])\\d{2,11}+(?!\\d))++)",
            "(?<![\\d.])((?:1\\.)?+\\d{3}\\.\\d{3}\\.\\d{4}|\\d\\d(?:\\.\\d\\d){4})(?![\\d.])",
            "(?<!" + WORD + ")(" + DIGIT + "{8,}+)" + END + "|(" + DIGIT + "{10,}+)"));

    /** Matches at the first letter of a word or of a part of one. A group is the part to mask, as above. */
    private static final Pattern NAME = Pattern.compile(String.join(
            "|",
            "(?<!" + WORD + ")(?:" + READABLE + ")",
            "(?i:body|text)(?:\" {0,4}+: {0,4}+(?=\")(" + QUOTED + ")|" + IS + "(?!null\\b|&)(" + REST + "))",
            "(?i:password|passwd|secret|token|authorization)" + IS + "(" + QUOTED
                    + "|[\\['\"]{0,2}+(?:(?i:basic|bearer) )?+" + BARE + ")",
            "(?<![\\w.-])(?i:code)" + IS + "\\\\*+[\"']?+(\\d{4,10}+)" + END,
            "(?<!" + WORD + ")(?i:basic|bearer) (?=[^\\s,;]{0,200}?[0-9=]|[^\\s,;]{1,200}?[A-Z])(" + BARE + ")",
            "Unrecognized token '([^']++)|Failing row contains (" + REST + ")"));

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static volatile List<String> secrets = List.of();

    private PersonalDataMask() {}

    /** The line without private data. A line may hold line breaks: a stack trace is masked as one. */
    public static String mask(CharSequence line) {
        String text = withoutSecrets(line);
        return text.startsWith("{\"") ? maskJson(text) : maskPlain(text, true);
    }

    /**
     * A sentence of ours without numbers and secrets. What stands behind a name and a colon in it is a reason, such as
     * {@code body: must be a JSON object}, and no person's text.
     */
    public static String maskNumbers(CharSequence sentence) {
        return maskPlain(withoutSecrets(sentence), false);
    }

    private static String withoutSecrets(CharSequence line) {
        String text = line.toString();
        for (var secret : secrets) {
            text = text.replace(secret, MASK);
        }
        return text;
    }

    /** Masks a secret from now on, also percent-encoded and as it stands in JSON. Null and short ones are ignored. */
    public static void registerSecret(@Nullable String secret) {
        if (secret != null && secret.length() >= SHORTEST_SECRET && !secret.isBlank()) {
            add(secret);
            add(URLEncoder.encode(secret, StandardCharsets.UTF_8));
            add(secret.replace("\\", "\\\\").replace("\"", "\\\""));
        }
    }

    /** Masks a secret, and what HTTP Basic makes of it together with its user. */
    public static void registerCredentials(String user, @Nullable String secret) {
        registerSecret(secret);
        if (secret != null) {
            var pair = (user + ":" + secret).getBytes(StandardCharsets.UTF_8);
            add(Base64.getEncoder().withoutPadding().encodeToString(pair));
        }
    }

    /** For tests, which register secrets of their own and then put back those that were there. */
    static synchronized List<String> replaceSecrets(List<String> others) {
        var before = secrets;
        secrets = others;
        return before;
    }

    /** Longest first: a secret that contains another one goes as a whole. */
    private static synchronized void add(String secret) {
        secrets = Stream.concat(secrets.stream(), Stream.of(secret))
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    /** Masks value by value, so that what is written can be parsed again. */
    private static String maskJson(String line) {
        var json = line.stripTrailing();
        try {
            var tree = JSON.readTree(json);
            var masked = masked("", tree);
            return masked.equals(tree) ? line : JSON.writeValueAsString(masked) + line.substring(json.length());
        } catch (JsonProcessingException e) {
            return maskPlain(line, true);
        }
    }

    private static JsonNode masked(String name, JsonNode value) {
        if (value instanceof ObjectNode object) {
            var copy = JSON.createObjectNode();
            object.properties()
                    .forEach(field -> copy.set(mask(field.getKey()), masked(field.getKey(), field.getValue())));
            return copy;
        }
        if (value instanceof ArrayNode array) {
            var copy = JSON.createArrayNode();
            array.forEach(item -> copy.add(masked(name, item)));
            return copy;
        }
        var text = value.isTextual() || value.isNumber() ? value.asText() : "";
        var pair = name + "\":\"";
        var telling = maskPlain(pair + text.replace('\\', '/').replace('"', '/'), true)
                .equals(pair + MASK);
        var masked = text.isEmpty() ? text : telling ? MASK : mask(text);
        return masked.equals(text) ? value : TextNode.valueOf(masked);
    }

    private static String maskPlain(CharSequence text, boolean hasNames) {
        var number = NUMBER.matcher(text).useTransparentBounds(true);
        var name = NAME.matcher(text).useTransparentBounds(true);
        StringBuilder masked = null;
        var copied = 0;
        for (var at = 0; at < text.length(); ) {
            var c = text.charAt(at);
            var digit = Character.isDigit(c);
            var found =
                    digit || "+\uFF0B%\\(".indexOf(c) >= 0 ? number : hasNames && startsName(text, at) ? name : null;
            if (found == null || !found.region(at, text.length()).lookingAt()) {
                do {
                    at++; // nothing starts inside a run of digits
                } while (digit && at < text.length() && Character.isDigit(text.charAt(at)));
                continue;
            }
            var start = startOfPrivate(found, found == number);
            at = Math.max(found.end(), at + 1);
            if (start < found.end()) {
                masked = masked == null ? new StringBuilder(text.length()) : masked;
                masked.append(text, copied, start);
                var part = text.subSequence(start, found.end()).toString();
                masked.append(found == number ? withoutDigits(part) : part.startsWith("\"") ? '"' + MASK : MASK);
                copied = found.end();
            }
        }
        return masked == null
                ? text.toString()
                : masked.append(text, copied, text.length()).toString();
    }

    /** Returns whether a word starts here, or a part of one, that may be a name or an identifier. */
    private static boolean startsName(CharSequence text, int at) {
        var c = text.charAt(at);
        var before = at == 0 ? ' ' : text.charAt(at - 1);
        return (Character.isUpperCase(c) ? !Character.isUpperCase(before) : "abcdefpst".indexOf(c) >= 0)
                && (Character.isUpperCase(c) || !Character.isLetterOrDigit(before));
    }

    /** Where the private part of a match starts, or its end where nothing in it is private. */
    private static int startOfPrivate(Matcher found, boolean number) {
        for (var group = 1; group <= found.groupCount(); group++) {
            if (found.start(group) >= 0) {
                var fewest = number && found.start("grouped") >= 0 ? SHORTEST_GROUPED : SHORTEST_E164;
                return number && countDigits(found.group(group)) < fewest ? found.end() : found.start(group);
            }
        }
        return found.end();
    }

    private static String withoutDigits(String number) {
        var masked = new StringBuilder(number);
        var digits = countDigits(number);
        for (var at = 0; at < number.length(); at++) {
            if (number.charAt(at) == '%') {
                at += 2; // a blank or a bracket in an encoded number
            } else if (Character.isDigit(number.charAt(at)) && digits-- > READABLE_DIGITS) {
                masked.setCharAt(at, '*');
            }
        }
        return masked.toString();
    }

    private static long countDigits(String number) {
        return number.replaceAll("%2[089]", "")
                .chars()
                .filter(Character::isDigit)
                .count();
    }
}
