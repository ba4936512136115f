package io.textonce.sandbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** A refusal in Twilio's shape. Texts change at Twilio from time to time; codes do not. */
record TwilioError(
        int status, int code, String message, @Nullable String detail) {

    static TwilioError of(int code, String message) {
        return new TwilioError(statusOf(code), code, message, null);
    }

    static TwilioError unauthenticated() {
        return new TwilioError(401, 20003, "Authenticate", "Your AccountSid or AuthToken was incorrect.");
    }

    static TwilioError notFound(String path) {
        return of(20404, "The requested resource " + path + " was not found");
    }

    static int statusOf(int code) {
        return switch (code) {
            case 20003 -> 401;
            case 20403, 20008 -> 403;
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
