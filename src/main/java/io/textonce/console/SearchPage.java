package io.textonce.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Results of the search box. What is typed is posted, so that a number is in no address, history or access log. */
@Controller
final class SearchPage {

    private final SearchBox box;
    private final DeliveryViews views;
    private final RejectedLookup rejected;
    private final AuditLog audit;

    SearchPage(SearchBox box, DeliveryViews views, RejectedLookup rejected, AuditLog audit) {
        this.audit = audit;
        this.box = box;
        this.rejected = rejected;
        this.views = views;
    }

    /** Gives the search its address. A box that still shows the masked text of the search before means that text. */
    @PostMapping("/search")
    String search(@RequestParam(defaultValue = "") String q, @RequestParam(defaultValue = "") String n) {
        String before = box.opened(n);
        return "redirect:" + box.address(before != null && box.shown(before).equals(q) ? before : q);
    }

    @GetMapping("/search")
    String result(
            @RequestParam(defaultValue = "") String q,
            @RequestParam(defaultValue = "") String n,
            @RequestParam(required = false) @Nullable UUID after,
            Model model,
            HttpServletRequest request)
            throws JsonProcessingException {
        if (box.isPrivate(q)) {
            return "redirect:" + box.address(q);
        }
        String opened = n.isEmpty() ? SearchBox.searchable(q) : box.opened(n);
        String text = opened == null ? "" : opened;
        model.addAttribute("q", box.shown(text));
        model.addAttribute("n", n);
        model.addAttribute("searched", true);
        if (text.isEmpty()) {
            model.addAttribute("title", "Search");
            model.addAttribute("found", views.of(List.of()));
            return "support/list";
        }
        audit.record(
                request.getRemoteUser(),
                "searched",
                box.isPrivate(text) ? box.shown(text) : null,
                box.hash(text),
                box.isPrivate(text) ? null : text);
        model.addAttribute("people", box.people(text));
        var found = box.find(text, after);
        var refused = after == null ? rejected.match(text) : List.<RejectedLookup.Rejected>of();
        if (found.size() == 1 && refused.isEmpty() && after == null) {
            return "redirect:/deliveries/" + found.get(0).get("id");
        }
        model.addAttribute("rejected", refused);
        model.addAttribute("incident", found.isEmpty() && box.isIncident(text));
        if (found.size() == Search.PAGE) {
            model.addAttribute("next", found.get(found.size() - 1).get("id"));
        }
        model.addAttribute("title", "Messages for “" + box.shown(text) + "”");
        model.addAttribute("found", views.of(found));
        return "support/list";
    }
}
