package io.textonce.settings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/** Check of the lengths of time on which it rests that one event is one text. */
final class TimesCheck {

    private final Binder binder;
    private final List<String> problems = new ArrayList<>();

    TimesCheck(Environment environment) {
        this.binder = Binder.get(environment);
    }

    List<String> problems() {
        var bounds = new TimeBounds(
                length("TEXTONCE_UNKNOWN_LIST_LAG", "textonce.unknown.list-lag"),
                length("TEXTONCE_TWILIO_POOL_TIMEOUT", "textonce.twilio.pool-timeout"),
                length("TEXTONCE_TWILIO_CONNECT_TIMEOUT", "textonce.twilio.connect-timeout"),
                length("TEXTONCE_TWILIO_READ_TIMEOUT", "textonce.twilio.read-timeout"));
        var window = length("TEXTONCE_UNKNOWN_HORIZON", "textonce.unknown.horizon");
        var lease = length("TEXTONCE_LEASE", "textonce.lease");
        if (problems.isEmpty()) {
            add("TEXTONCE_UNKNOWN_HORIZON", bounds.problemOfWindow(window));
            add("TEXTONCE_LEASE", bounds.problemOfLease(lease));
        }
        return problems;
    }

    private void add(String variable, @Nullable String problem) {
        if (problem != null) {
            problems.add(variable + " " + problem);
        }
    }

    private Duration length(String variable, String property) {
        try {
            var length = binder.bind(property, Duration.class).orElse(Duration.ZERO);
            if (!length.isNegative()) {
                return length;
            }
        } catch (BindException e) {
            // Said below, without the value.
        }
        problems.add(variable + " must be a length of time, such as 60s");
        return Duration.ZERO;
    }
}
