package io.textonce.twilio;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Form body exactly as it was sent: every parameter in its order, with repeated and empty ones. A body that can't be
 * decoded without guessing is rejected with a {@link MalformedFormException}. Its string form names the parameters and
 * never their values, so that a form in a log line reveals nothing.
 */
public final class FormBody {

    /** Maximum number of parameters. Twilio sends about 25; the bound limits the cost of a hostile body. */
    public static final int MAX_PARAMETERS = 200;

    private final List<Parameter> parameters;

    private FormBody(List<Parameter> parameters) {
        this.parameters = List.copyOf(parameters);
    }

    /** Parses a raw {@code application/x-www-form-urlencoded} body. */
    public static FormBody parse(byte[] body) {
        var parameters = new ArrayList<Parameter>();
        var start = 0;
        while (start < body.length) {
            var end = indexOf(body, '&', start, body.length);
            if (end > start) {
                if (parameters.size() == MAX_PARAMETERS) {
                    throw new MalformedFormException("More than " + MAX_PARAMETERS + " form parameters");
                }
                parameters.add(parameter(body, start, end));
            }
            start = end + 1;
        }
        return new FormBody(parameters);
    }

    /** Parses a raw form that was already decoded to a string; anything beyond ASCII counts as its UTF-8 bytes. */
    public static FormBody parse(String body) {
        try {
            var bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(body));
            var copy = new byte[bytes.remaining()];
            bytes.get(copy);
            return parse(copy);
        } catch (CharacterCodingException e) {
            throw new MalformedFormException("Form is not valid Unicode");
        }
    }

    /** Returns all parameters in their order. */
    public List<Parameter> parameters() {
        return parameters;
    }

    /** Returns the first value of a name, or null. */
    public @Nullable String first(String name) {
        for (var parameter : parameters) {
            if (parameter.name().equals(name)) {
                return parameter.value();
            }
        }
        return null;
    }

    /** Returns all values of a name in their order. */
    public List<String> all(String name) {
        return parameters.stream()
                .filter(parameter -> parameter.name().equals(name))
                .map(Parameter::value)
                .toList();
    }

    @Override
    public String toString() {
        return "FormBody" + parameters;
    }

    private static Parameter parameter(byte[] body, int start, int end) {
        var equals = indexOf(body, '=', start, end);
        var name = decode(body, start, equals);
        return new Parameter(name, equals == end ? "" : decode(body, equals + 1, end));
    }

    private static String decode(byte[] body, int start, int end) {
        var decoded = new byte[end - start];
        var length = 0;
        for (var i = start; i < end; i++) {
            var octet = body[i];
            if (octet == '+') {
                octet = ' ';
            } else if (octet == '%') {
                octet = escaped(body, i, end);
                i += 2;
            }
            decoded[length++] = octet;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(decoded, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedFormException("Form is not valid UTF-8 between bytes " + start + " and " + end);
        }
    }

    private static byte escaped(byte[] body, int percent, int end) {
        if (percent + 2 < end) {
            var high = hexDigit(body[percent + 1]);
            var low = hexDigit(body[percent + 2]);
            if (high >= 0 && low >= 0) {
                return (byte) (high << 4 | low);
            }
        }
        throw new MalformedFormException("Malformed percent escape at byte " + percent);
    }

    /**
     * Returns the value of an ASCII hexadecimal digit, unlike {@link Character#digit}, which accepts full-width digits
     * too.
     */
    private static int hexDigit(byte octet) {
        if (octet >= '0' && octet <= '9') {
            return octet - '0';
        }
        var lower = octet | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    private static int indexOf(byte[] body, char wanted, int start, int end) {
        for (var i = start; i < end; i++) {
            if (body[i] == wanted) {
                return i;
            }
        }
        return end;
    }

    /** Decoded name and value. A name without {@code =} has an empty value. */
    public record Parameter(String name, String value) {

        @Override
        public String toString() {
            return name + "=***";
        }
    }
}
