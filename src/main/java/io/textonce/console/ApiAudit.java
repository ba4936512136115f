package io.textonce.console;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Audit of the look-ups over the API, as the pages have theirs. */
@Component
final class ApiAudit {

    /** Parameters that say nothing about whom or what was searched. */
    private static final Set<String> BESIDE = Set.of("phone", "zone", "limit", "after");

    private final AuditLog audit;
    private final Searches searches;

    ApiAudit(AuditLog audit, Searches searches) {
        this.audit = audit;
        this.searches = searches;
    }

    /** Records a valid search with its parameters. */
    void record(@Nullable String user, Map<String, String[]> parameters, String verb, String what) {
        String phone = parameters.containsKey("phone") ? parameters.get("phone")[0] : null;
        byte[][] hashes = phone == null ? new byte[0][] : searches.hashes(phone);
        String query = parameters.entrySet().stream()
                .filter(parameter -> !BESIDE.contains(parameter.getKey()))
                .map(parameter -> parameter.getKey() + " " + parameter.getValue()[0])
                .sorted()
                .collect(Collectors.joining(", "));
        audit.record(
                user,
                verb,
                phone == null ? null : searches.masked(phone),
                hashes.length == 0 ? null : hashes[0],
                what + " over the API" + (query.isEmpty() ? "" : ": " + query));
    }
}
