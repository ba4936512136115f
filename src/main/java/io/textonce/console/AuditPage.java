package io.textonce.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** Page of the audit log: who did what, and who saw whose messages. */
@Controller
final class AuditPage {

    /** Entries in memory at a time. */
    private static final int EXPORTED = 1_000;

    private final AuditLog audit;
    private final Searches searches;

    AuditPage(AuditLog audit, Searches searches) {
        this.audit = audit;
        this.searches = searches;
    }

    @GetMapping("/audit")
    String list(HttpServletRequest request, Model model, HttpServletResponse response) {
        var filter = new Filter("/audit", request);
        PageModel.list(
                model,
                response,
                filter,
                "entries",
                () -> find(filter, filter.get("after"), Search.PAGE),
                AuditLog.Entry::id);
        model.addAttribute("verbs", AuditLog.VERBS);
        return "support/audit";
    }

    @GetMapping("/audit/export")
    void export(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var filter = new Filter("/audit", request);
        var found = find(filter, filter.get("after"), EXPORTED);
        audit.record(request.getRemoteUser(), "exported", null, null, "the audit log");
        response.setContentType(CsvExport.MEDIA_TYPE);
        response.setHeader("Content-Disposition", "attachment; filename=\"audit.csv\"");
        var out = response.getWriter();
        out.write("at,actor,verb,delivery,phone_masked,detail\r\n");
        write(found, out);
        while (found.size() == EXPORTED) {
            found = find(filter, found.get(EXPORTED - 1).id().toString(), EXPORTED);
            write(found, out);
        }
    }

    private static void write(List<AuditLog.Entry> found, PrintWriter out) {
        for (var entry : found) {
            out.write(CsvExport.row(
                    entry.at(), entry.actor(), entry.verb(), entry.delivery(), entry.phone(), entry.detail()));
        }
    }

    private List<AuditLog.Entry> find(Filter filter, String after, int most) {
        var period = searches.by(Map.of(
                "since", new String[] {filter.get("since")},
                "zone", new String[] {filter.get("zone")},
                "after", new String[] {after}));
        return audit.find(
                orNull(filter.get("actor")),
                orNull(filter.get("verb")),
                (UUID) period.row().get("from"),
                (UUID) period.row().get("after"),
                most);
    }

    private static @Nullable String orNull(String value) {
        return value.isEmpty() ? null : value;
    }
}
