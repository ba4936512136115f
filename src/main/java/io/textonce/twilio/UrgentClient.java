package io.textonce.twilio;

import com.twilio.http.TwilioRestClient;
import io.textonce.settings.TwilioSettings;
import java.util.List;

/** Client for calls that never wait for the connections of other messages, as those of one-time codes. */
public record UrgentClient(TwilioRestClient calls) {

    static UrgentClient of(TwilioSettings settings, TwilioHttp http) {
        return new UrgentClient(
                TwilioConfiguration.restClient(settings, http.clientFor(true, () -> {}, response -> {}, List.of())));
    }
}
