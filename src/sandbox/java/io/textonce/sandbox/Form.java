package io.textonce.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Form or query parameters in the order of the wire; names may repeat, values may be empty. */
record Form(List<Map.Entry<String, String>> parameters) {

    Form {
        parameters = List.copyOf(parameters);
    }

    static Form decode(@Nullable String encoded) {
        var parameters = new ArrayList<Map.Entry<String, String>>();
        for (String pair : encoded == null ? new String[0] : encoded.split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                parameters.add(Map.entry(URLDecoder.decode(name, UTF_8), URLDecoder.decode(value, UTF_8)));
            }
        }
        return new Form(parameters);
    }

    String encode() {
        return parameters.stream()
                .map(parameter -> URLEncoder.encode(parameter.getKey(), UTF_8) + "="
                        + URLEncoder.encode(parameter.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
    }

    boolean has(String name) {
        return first(name) != null;
    }

    int count(String name) {
        return (int) parameters.stream()
                .filter(parameter -> parameter.getKey().equals(name))
                .count();
    }

    @Nullable
    String first(String name) {
        return parameters.stream()
                .filter(parameter -> parameter.getKey().equals(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    /** The value, or an empty text when it was not given: Twilio treats both alike. */
    String text(String name) {
        String value = first(name);
        return value == null ? "" : value;
    }

    Form with(String name, @Nullable String value) {
        if (value == null) {
            return this;
        }
        var more = new ArrayList<>(parameters);
        more.add(Map.entry(name, value));
        return new Form(more);
    }

    Form without(String name) {
        return new Form(parameters.stream()
                .filter(parameter -> !parameter.getKey().equals(name))
                .toList());
    }
}
