package io.textonce.lint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The shipped routes as rows of a Markdown table, ordered by id. */
public final class RouteRows {

    /** Where every event passes; they say nothing of a route. */
    private static final Set<String> EVERYWHERE = Set.of("event-check-action", "sms-text-action");

    private static final Set<String> INTERNAL = Set.of("json-validator", "mustache");

    private RouteRows() {}

    public static List<String> of(Bundle bundle) {
        return bundle.files().stream()
                .filter(file -> !file.isKamelet() && !file.isExample())
                .flatMap(file -> file.routes().stream())
                .map(RouteRows::row)
                .sorted()
                .toList();
    }

    private static String row(JsonNode route) {
        var endpoints = Endpoint.below(route);
        var targets = endpoints.stream()
                .skip(1)
                .filter(endpoint -> !INTERNAL.contains(endpoint.scheme()) && !EVERYWHERE.contains(endpoint.target()))
                .map(Endpoint::words)
                .distinct()
                .collect(Collectors.joining(", "));
        return "| `" + route.path("id").asText() + "` | "
                + route.path("description").asText() + " | " + endpoints.get(0).words() + " | " + targets + " |";
    }
}
