package io.textonce.twilio;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Check of the account's webhook rules. The connection settings of a rule that fits a callback's URL replace those in its
 * fragment (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides), so that Twilio may not repeat it.
 */
final class WebhookRules {

    private static final String CHECK = "webhook rules";
    private static final String DOMAIN = "webhooks";
    private static final String PATH = "/v1/Webhooks/";

    private final TwilioResources twilio;
    private final String callback;

    /** @param callback URL of status callbacks, with the beginning of its query */
    WebhookRules(TwilioResources twilio, String callback) {
        this.twilio = twilio;
        this.callback = callback;
    }

    Diagnosis check() {
        var rule = rule();
        if (rule == null || isOfTwilio(rule)) {
            return Diagnosis.ok(CHECK, "No rule of the account replaces the retries of callbacks");
        }
        String name = rule.path("friendlyName").asText("");
        return Diagnosis.warning(
                CHECK,
                "The webhook rule " + (name.isEmpty() ? rule.path("id").asText() : name)
                        + " applies to callbacks: its connection settings replace the retries that their URLs have",
                "Give its setting 5 retries after any failure, a connect time-out of 2 s and a read time-out of 3 s; or"
                        + " make a rule of its own for this address, with such a setting.");
    }

    /** Returns the rule that Twilio applies: an exact match, else the longest prefix, else the default. */
    private @Nullable JsonNode rule() {
        return all("Rules").stream()
                .filter(rule -> rank(rule) >= 0)
                .max(Comparator.comparingInt(this::rank))
                .orElse(null);
    }

    private int rank(JsonNode rule) {
        String exact = rule.path("value").asText("");
        String prefix = rule.path("prefix").asText("");
        return switch (rule.path("matchType").asText()) {
            case "EXACT_MATCH" -> callback.startsWith(exact) && !exact.isEmpty() ? Integer.MAX_VALUE : -1;
            case "PREFIX_MATCH" -> callback.startsWith(prefix) ? prefix.length() + 1 : -1;
            case "DEFAULT" -> 0;
            default -> -1;
        };
    }

    /** Twilio's own settings obey the fragment. */
    private boolean isOfTwilio(JsonNode rule) {
        var system = new HashSet<String>();
        for (var setting : all("Settings")) {
            if (setting.path("type").asText().equals("SYSTEM")) {
                system.add(setting.path("id").asText());
            }
        }
        var used = new ArrayList<String>();
        rule.path("settings")
                .forEach(setting -> used.add(
                        setting.isTextual()
                                ? setting.asText()
                                : setting.path("id")
                                        .asText(setting.path("setting").asText())));
        return !used.isEmpty() && system.containsAll(used);
    }

    private List<JsonNode> all(String resource) {
        var found = new ArrayList<JsonNode>();
        var list = twilio.get(DOMAIN, PATH + resource, Map.of());
        for (var member : list.isArray() ? List.of(list) : list) {
            if (member.isArray()) {
                member.forEach(found::add);
            }
        }
        return found;
    }
}
