package io.textonce.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.event.EventRejected;
import io.textonce.security.OperatorAct;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Support page: the dashboard, the list of deliveries, and a delivery with its timeline and actions. */
@Controller
final class SupportPage {

    private final DeliverySearch deliveries;
    private final DeliveryViews views;
    private final Searches searches;
    private final Dashboard overview;
    private final CsvExport export;
    private final Operator operator;
    private final Publications publications;
    private final AuditLog audit;
    private final Clock clock;

    SupportPage(
            DeliverySearch deliveries,
            DeliveryViews views,
            Searches searches,
            Dashboard overview,
            CsvExport export,
            Operator operator,
            Publications publications,
            AuditLog audit,
            Clock clock) {
        this.deliveries = deliveries;
        this.views = views;
        this.searches = searches;
        this.overview = overview;
        this.export = export;
        this.operator = operator;
        this.publications = publications;
        this.audit = audit;
        this.clock = clock;
    }

    @GetMapping("/")
    String home(Model model) {
        model.addAttribute("picture", overview.now());
        return "support/overview";
    }

    @GetMapping("/overview")
    String overview(Model model) {
        model.addAttribute("picture", overview.now());
        return "support/overview :: live";
    }

    @GetMapping("/deliveries")
    String list(HttpServletRequest request, Model model, HttpServletResponse response) throws JsonProcessingException {
        var filter = new Filter("/deliveries", request);
        List<Map<String, Object>> rows = List.of();
        try {
            var search = searches.by(filter.query());
            rows = deliveries.find(search);
            model.addAttribute("total", deliveries.total(search).words());
            if (rows.size() == search.limit()) {
                model.addAttribute("next", rows.get(rows.size() - 1).get("id"));
            }
        } catch (EventRejected e) {
            response.setStatus(e.httpStatus());
            model.addAttribute("problem", e.reason());
        }
        return list(model, filter, rows);
    }

    private String list(Model model, Filter filter, List<Map<String, Object>> rows) throws JsonProcessingException {
        model.addAttribute("filter", filter);
        model.addAttribute("groups", StatusGroup.values());
        model.addAttribute("statuses", DeliveryStatus.values());
        model.addAttribute("actions", BulkAction.values());
        model.addAttribute("title", "Messages");
        model.addAttribute("found", views.of(rows));
        return "support/list";
    }

    @GetMapping("/deliveries/export")
    @Nullable
    String export(HttpServletRequest request, HttpServletResponse response, Model model) throws IOException {
        var filter = new Filter("/deliveries", request);
        Search search;
        try {
            search = searches.by(filter.query());
        } catch (EventRejected e) {
            response.setStatus(e.httpStatus());
            model.addAttribute("problem", e.reason());
            return list(model, filter, List.of());
        }
        audit.record(request.getRemoteUser(), "exported", null, null, "messages: " + request.getQueryString());
        // It reads the first rows; what fails before them is answered by a page.
        var rows = export.stream(search);
        response.setContentType(CsvExport.MEDIA_TYPE);
        response.setHeader("Content-Disposition", CsvExport.AS_FILE);
        rows.transferTo(response.getOutputStream());
        return null;
    }

    @GetMapping("/deliveries/{id}")
    String delivery(
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String done,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response)
            throws JsonProcessingException {
        var rows = SearchBox.ID.matcher(id).matches()
                ? deliveries.find(Search.byId(UUID.fromString(id)))
                : List.<Map<String, Object>>of();
        if (rows.isEmpty()) {
            response.setStatus(404);
            return PageModel.sorry(model, "Message not found", "It may have been deleted after the retention period.");
        }
        if (done == null) {
            audit.record(request.getRemoteUser(), "viewed", UUID.fromString(id), null);
        }
        var view = views.of(rows.get(0));
        model.addAttribute("text", view);
        model.addAttribute("publications", publications.of(UUID.fromString(id), view.event(), view.client()));
        if (!model.containsAttribute("problem")) {
            model.addAttribute("confirmation", view.confirmation(done, clock.instant()));
        }
        return "support/delivery";
    }

    /** @param attempt of the message when the page was loaded; after another one nothing is done */
    @PostMapping("/deliveries/{id}/{action}")
    String decide(
            @PathVariable String id,
            @PathVariable String action,
            @RequestParam(defaultValue = "") String reason,
            @RequestParam(required = false) @Nullable Integer attempt,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response)
            throws JsonProcessingException {
        try {
            String who = OperatorAct.actor(request.getRemoteUser());
            operator.act(DeliveryLookup.id(id), action, attempt, who, reason);
            return "redirect:/deliveries/" + id + "?done=" + action;
        } catch (EventRejected e) {
            model.addAttribute("problem", e.reason());
            model.addAttribute("reason", reason);
            String page = delivery(id, action, model, request, response);
            response.setStatus(e.httpStatus());
            return page;
        }
    }
}
