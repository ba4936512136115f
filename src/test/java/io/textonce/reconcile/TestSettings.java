package io.textonce.reconcile;

import io.textonce.settings.TextOnceProperties;
import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Settings as an application would bind them, for tests that need a few. */
final class TestSettings {

    private TestSettings() {}

    static TextOnceProperties with(Duration lease, TextOnceProperties.Unknown unknown) {
        var source = new MapConfigurationPropertySource(Map.of(
                "textonce.lease", lease.toString(),
                "textonce.unknown.first-check", unknown.firstCheck().toString(),
                "textonce.unknown.window", unknown.window().toString(),
                "textonce.unknown.list-lag", unknown.listLag().toString(),
                "textonce.due.poll-interval", "1s",
                "textonce.due.workers", "4",
                "textonce.due.status-after", "1h",
                "textonce.due.probe-interval", "30s",
                "textonce.twilio.from-number", "+15551234567",
                "textonce.twilio.messaging-service-sid", ""));
        return new Binder(source).bind("textonce", TextOnceProperties.class).get();
    }
}
