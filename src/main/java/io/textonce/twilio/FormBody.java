package io.textonce.twilio;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.textonce.event.Utf8Text;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;
import java.util.regex.Pattern;

/**
 * Form body exactly as it was sent: every parameter in its order, with repeated and empty ones. A body that can't be
 * decoded without guessing is rejected with a {@link MalformedFormException}. Its string form names the parameters and
 * never their values, so that a form in a log line reveals nothing.
 */
public final class FormBody {

    /** Maximum number of parameters. Twilio sends about 25; the bound limits the cost of a hostile body. */
    public static final int MAX_PARAMETERS = 200;

    private static final Pattern MALFORMED = Pattern.compile("%(?![0-9A-Fa-f]{2})");

    private final List<Parameter> parameters;

    private FormBody(List<Parameter> parameters) {
        this.parameters = List.copyOf(parameters);
    }

    /** Parses a raw {@code application/x-www-form-urlencoded} body. */
    public static FormBody parse(byte[] body) {
        // A character for each byte, so that what is decoded can still be checked to be UTF-8.
        String text = new String(body, ISO_8859_1);
        var malformed = MALFORMED.matcher(text);
        if (malformed.find()) {
            throw new MalformedFormException("Malformed percent escape at byte " + malformed.start());
        }
        var parameters = new ArrayList<Parameter>();
        var parts = new StringTokenizer(text, "&");
        while (parts.hasMoreTokens()) {
            if (parameters.size() == MAX_PARAMETERS) {
                throw new MalformedFormException("More than " + MAX_PARAMETERS + " form parameters");
            }
            parameters.add(parameter(parts.nextToken()));
        }
        return new FormBody(parameters);
    }

    private static Parameter parameter(String part) {
        int equals = part.indexOf('=');
        return equals < 0
                ? new Parameter(decode(part), "")
                : new Parameter(decode(part.substring(0, equals)), decode(part.substring(equals + 1)));
    }

    private static String decode(String part) {
        String decoded = Utf8Text.orNull(URLDecoder.decode(part, ISO_8859_1).getBytes(ISO_8859_1));
        if (decoded == null) {
            throw new MalformedFormException("Form is not valid UTF-8");
        }
        return decoded;
    }

    /** Returns all parameters in their order. */
    public List<Parameter> parameters() {
        return parameters;
    }

    @Override
    public String toString() {
        return "FormBody" + parameters;
    }

    /** Decoded name and value. A name without {@code =} has an empty value. */
    public record Parameter(String name, String value) {

        @Override
        public String toString() {
            return name + "=***";
        }
    }
}
