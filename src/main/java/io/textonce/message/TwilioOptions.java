package io.textonce.message;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Further parameters of a request to Twilio, in the form of a policy's and of the column {@code twilio_options}. */
final class TwilioOptions {

    private final SortedMap<String, String> values = new TreeMap<>();

    /**
     * Sets an option, unless its value is blank.
     *
     * @throws IllegalArgumentException when the value does not match; {@code words} say what it must be
     */
    void set(String name, String value, String pattern, String words) {
        if (value.isBlank()) {
            return;
        }
        if (!value.matches(pattern)) {
            throw new IllegalArgumentException(name + " must be " + words);
        }
        values.put(name, value);
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    @Nullable
    String get(String name) {
        return values.get(name);
    }

    @Nullable
    String remove(String name) {
        return values.remove(name);
    }

    Map<String, String> all() {
        return Collections.unmodifiableSortedMap(values);
    }

    /** Returns them with others as stored in the table, or null if there are none. */
    @Nullable
    String written(Map<String, String> others) {
        var written = new TreeMap<>(values);
        written.putAll(others);
        return written.isEmpty()
                ? null
                : written.entrySet().stream()
                        .map(option -> option.getKey() + "=" + option.getValue())
                        .collect(Collectors.joining(" "));
    }

    /** Restores what was {@link #written}. */
    void read(String written) {
        for (String option : written.split(" ")) {
            int equals = option.indexOf('=');
            values.put(option.substring(0, equals), option.substring(equals + 1));
        }
    }
}
