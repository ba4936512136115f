package io.textonce.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.textonce.event.EventRejected;
import io.textonce.security.OperatorAct;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Page of one person: all messages, consents, opt-outs and replies of a number, and their erasure. */
@Controller
final class PersonPage {

    private final SearchBox box;
    private final PersonLookup people;
    private final DeliverySearch deliveries;
    private final DeliveryViews views;
    private final AuditLog audit;
    private final PersonErasure erasure;

    PersonPage(
            SearchBox box,
            PersonLookup people,
            DeliverySearch deliveries,
            DeliveryViews views,
            AuditLog audit,
            PersonErasure erasure) {
        this.box = box;
        this.people = people;
        this.deliveries = deliveries;
        this.views = views;
        this.audit = audit;
        this.erasure = erasure;
    }

    /** @param n the sealed name of the person */
    @GetMapping("/people")
    String person(
            @RequestParam(defaultValue = "") String n,
            @RequestParam(required = false) @Nullable UUID after,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response)
            throws JsonProcessingException {
        String name = box.opened(n);
        byte[][] hashes = name == null ? new byte[0][] : people.hashes(name);
        if (name == null || hashes.length == 0) {
            response.setStatus(404);
            return PageModel.sorry(
                    model, "Person not found", "The address is incomplete. Search for the number instead.");
        }
        var search = new Search(null).with("phoneHashes", hashes);
        var found = deliveries.find(search.after(after, Search.PAGE));
        String masked = PersonLookup.isNumber(name)
                ? box.shown(name)
                : found.isEmpty() ? "number" : (String) found.get(0).get("phone_masked");
        audit.record(request.getRemoteUser(), "viewed", masked, hashes[0], "all messages of a person");
        model.addAttribute("n", n);
        model.addAttribute("masked", masked);
        model.addAttribute("erasable", PersonLookup.isNumber(name));
        model.addAttribute("person", people.of(hashes));
        model.addAttribute("found", views.of(found));
        model.addAttribute("total", deliveries.total(search).words());
        if (found.size() == Search.PAGE) {
            model.addAttribute("next", found.get(found.size() - 1).get("id"));
        }
        return "support/person";
    }

    /** Erases a person's data, as {@code DELETE /api/people} does. */
    @PostMapping("/people/erase")
    String erase(
            @RequestParam(defaultValue = "") String n,
            @RequestParam(defaultValue = "") String reason,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response)
            throws JsonProcessingException {
        String name = box.opened(n);
        String why = reason.strip();
        model.addAttribute("reason", reason);
        if (name == null
                || !PersonLookup.isNumber(name)
                || why.isEmpty()
                || why.length() > OperatorAct.LONGEST_REASON) {
            model.addAttribute("problem", "Enter a reason of at most " + OperatorAct.LONGEST_REASON + " characters.");
            String page = person(n, null, model, request, response);
            response.setStatus(400);
            return page;
        }
        try {
            model.addAttribute("report", erasure.erase(name, OperatorAct.actor(request.getRemoteUser()), why));
            model.addAttribute("masked", box.shown(name));
            return "support/erased";
        } catch (EventRejected e) {
            model.addAttribute("problem", e.reason());
            String page = person(n, null, model, request, response);
            response.setStatus(e.httpStatus());
            return page;
        }
    }
}
