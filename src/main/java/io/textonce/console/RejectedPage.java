package io.textonce.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
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
        PageModel.list(
                model,
                response,
                filter,
                "rejected",
                () -> events.find(searches.by(filter.query())),
                RejectedLookup.Rejected::id);
        return "support/rejected";
    }
}
