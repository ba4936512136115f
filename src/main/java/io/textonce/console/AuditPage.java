package io.textonce.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashMap;
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

    private static final List<String> COLUMNS = List.of("at", "actor", "verb", "delivery", "phone_masked", "detail");

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
        var rows = CsvExport.stream(
                COLUMNS,
                last ->
                        find(
                                        filter,
                                        last == null
                                                ? filter.get("after")
                                                : last.get("id").toString(),
                                        CsvExport.PAGE)
                                .stream()
                                .map(AuditPage::row)
                                .toList());
        audit.record(request.getRemoteUser(), "exported", null, null, "the audit log");
        response.setContentType(CsvExport.MEDIA_TYPE);
        response.setHeader("Content-Disposition", "attachment; filename=\"audit.csv\"");
        rows.transferTo(response.getOutputStream());
    }

    private static Map<String, Object> row(AuditLog.Entry entry) {
        var row = new HashMap<String, Object>();
        row.put("id", entry.id());
        row.put("at", entry.at());
        row.put("actor", entry.actor());
        row.put("verb", entry.verb());
        row.put("delivery", entry.delivery());
        row.put("phone_masked", entry.phone());
        row.put("detail", entry.detail());
        return row;
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
