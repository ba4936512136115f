package io.textonce.console;

import io.textonce.event.EventRejected;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** Page of the events that were rejected on receipt and have no message. */
@Controller
final class RejectedPage {

    private final RejectedLookup events;
    private final Searches searches;

    RejectedPage(RejectedLookup events, Searches searches) {
        this.events = events;
        this.searches = searches;
    }

    @GetMapping("/rejected")
    String list(HttpServletRequest request, Model model, HttpServletResponse response) {
        var filter = new Filter("/rejected", request);
        List<RejectedLookup.Rejected> found = List.of();
        try {
            found = events.find(searches.by(filter.query()));
        } catch (EventRejected e) {
            response.setStatus(e.httpStatus());
            model.addAttribute("problem", e.reason());
        }
        if (found.size() == Search.PAGE) {
            model.addAttribute("next", found.get(found.size() - 1).id());
        }
        model.addAttribute("filter", filter);
        model.addAttribute("rejected", found);
        return "support/rejected";
    }
}
