package io.textonce.console;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import java.util.stream.Collectors;
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

    /** Records a valid search. */
    void record(HttpServletRequest request, String verb, String what) {
        String phone = request.getParameter("phone");
        byte[][] hashes = phone == null ? new byte[0][] : searches.hashes(phone);
        String query = request.getParameterMap().entrySet().stream()
                .filter(parameter -> !BESIDE.contains(parameter.getKey()))
                .map(parameter -> parameter.getKey() + " " + parameter.getValue()[0])
                .sorted()
                .collect(Collectors.joining(", "));
        audit.record(
                request.getRemoteUser(),
                verb,
                phone == null ? null : searches.masked(phone),
                hashes.length == 0 ? null : hashes[0],
                what + " over the API" + (query.isEmpty() ? "" : ": " + query));
    }
}
