package io.textonce.twilio;

import io.textonce.message.Sms;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Parameters of a create that the SDK does not know, or does not combine with a text. */
final class RawParameters {

    private RawParameters() {}

    /** @param intents Twilio's intent of the messages of each purpose */
    static List<Map.Entry<String, String>> of(Sms sms, Map<String, String> intents) {
        var parameters = new ArrayList<Map.Entry<String, String>>();
        sms.mediaUrls().forEach(url -> parameters.add(Map.entry("MediaUrl", url)));
        String fallback = sms.policy().fallbackFrom();
        if (fallback != null) {
            parameters.add(Map.entry("FallbackFrom", fallback));
        }
        String intent = intents.get(sms.policy().purpose());
        if (intent != null) {
            parameters.add(Map.entry("MessageIntent", intent));
        }
        return parameters;
    }
}
