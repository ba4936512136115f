package io.textonce.sandbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Error response in Twilio's form. Its message changes at Twilio from time to time; codes do not. */
record TwilioError(
        int status, int code, String message, @Nullable String detail) {

    private static final Map<String, String> NAMES = names();

    static TwilioError of(int code, String message) {
        return new TwilioError(statusOf(code), code, message, null);
    }

    static TwilioError unauthenticated() {
        return new TwilioError(401, 20003, "Authenticate", "Your AccountSid or AuthToken was incorrect.");
    }

    static TwilioError notFound(String path) {
        return of(20404, "The requested resource " + path + " was not found");
    }

    /** Returns Twilio's name of the error of a failed message. */
    static String nameOf(int code) {
        return NAMES.getOrDefault(Integer.toString(code), "Error " + code);
    }

    private static Map<String, String> names() {
        try (var in = TwilioError.class.getResourceAsStream("/twilio/published-codes.csv")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.matches("\\d{5},.+"))
                    .map(line -> line.split(",", 2))
                    .collect(Collectors.toMap(row -> row[0], row -> row[1].replace('-', ' ')));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int statusOf(int code) {
        return switch (code) {
            case 20003 -> 401;
            case 20403, 20008, 60205 -> 403;
            case 20404 -> 404;
            case 20429, 21611, 60202, 60203, 60212 -> 429;
            case 20500 -> 500;
            case 20503 -> 503;
            default -> 400;
        };
    }

    static int codeOf(int status) {
        return switch (status) {
            case 400 -> 20001;
            case 401 -> 20003;
            default -> 20000 + status;
        };
    }

    ObjectNode json() {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("code", code).put("message", message);
        json.put("more_info", "https://www.twilio.com/docs/errors/" + code).put("status", status);
        if (detail != null) {
            json.put("detail", detail);
        }
        return json;
    }
}
