package io.textonce.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Resources that describe the account, read-only: an active account with one number whose replies go to the inbound URL,
 * and what a test says instead.
 */
final class AccountApi {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String ACCOUNT = "/2010-04-01/Accounts/AC[0-9a-fA-F]{32}";

    private final Accounts accounts;
    private final InboundMessages inbound;
    private final Map<String, String> resources = new ConcurrentHashMap<>();
    private final Map<String, Integer> rejections = new ConcurrentHashMap<>();

    AccountApi(Accounts accounts, InboundMessages inbound) {
        this.accounts = accounts;
        this.inbound = inbound;
    }

    /** Sets what a path answers, which is given without the part that names the account. */
    void resource(String path, String json) {
        resources.put(path, json);
    }

    /** Rejects the calls of a path with an error code. */
    void reject(String path, int code) {
        rejections.put(path, code);
    }

    void clear() {
        resources.clear();
        rejections.clear();
    }

    /** Returns whether a call is rejected. */
    boolean isRejected(Call call) throws IOException {
        var rejection = call.method().equals("GET") ? rejections.get(name(call)) : null;
        if (rejection != null) {
            call.error(TwilioError.of(rejection, "Rejected by the simulator"));
        }
        return rejection != null;
    }

    /** Returns whether a call was for a resource of the account, and is answered. */
    boolean handle(Call call) throws IOException {
        String json = resources.containsKey(name(call)) ? resources.get(name(call)) : usual(name(call), call);
        if (!call.method().equals("GET") || json == null) {
            return false;
        }
        var rejection = accounts.rejection(call, accounts.mainSid());
        if (rejection == null) {
            call.json(200, read(json));
        } else {
            call.error(rejection);
        }
        return true;
    }

    private static String name(Call call) {
        return call.path().replaceFirst("^" + ACCOUNT, "");
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private @Nullable String usual(String path, Call call) {
        if (path.equals(".json")) {
            return "{\"status\":\"active\",\"type\":\"Full\"}";
        }
        if (path.equals("/IncomingPhoneNumbers.json")) {
            return "{\"incoming_phone_numbers\":[{\"phone_number\":\""
                    + call.query().text("PhoneNumber") + "\",\"sms_url\":\"" + inbound.url()
                    + "#rc=5&rp=all\",\"capabilities\":{\"sms\":true}}]}";
        }
        if (path.equals("/v1/Messaging/GeoPermissions")) {
            return "{\"permissions\":[{\"country_code\":\"US\",\"type\":\"country\",\"enabled\":true}]}";
        }
        if (path.matches("/v1/Services/MG[0-9a-fA-F]{32}")) {
            return "{\"inbound_request_url\":\"" + inbound.url()
                    + "#rc=5&rp=all\",\"use_inbound_webhook_on_number\":false}";
        }
        if (path.matches("/v1/Services/MG[0-9a-fA-F]{32}/PhoneNumbers")) {
            return "{\"phone_numbers\":[{\"phone_number\":\"" + Peers.FROM_NUMBER + "\"}]}";
        }
        if (path.matches("/v1/Services/MG[0-9a-fA-F]{32}/(ShortCodes|AlphaSenders)")) {
            return "{\"short_codes\":[],\"alpha_senders\":[]}";
        }
        if (path.matches("/v1/Webhooks/(Rules|Settings)")) {
            return "{\"rules\":[],\"settings\":[]}";
        }
        return path.matches("/v2/Services/VA[0-9a-fA-F]{32}") ? "{\"friendly_name\":\"TextOnce\"}" : null;
    }
}
