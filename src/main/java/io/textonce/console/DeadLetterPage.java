package io.textonce.console;

import io.textonce.console.DeadLetterBox.Wanted;
import io.textonce.event.EventRejected;
import io.textonce.intake.DeadLetter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.util.UriComponentsBuilder;

/** Pages of the dead letters. What is searched for is posted and sealed, since it may be a number. */
@Controller
final class DeadLetterPage {

    private final DeadLetterBox box;
    private final SearchBox search;

    DeadLetterPage(DeadLetterBox box, SearchBox search) {
        this.box = box;
        this.search = search;
    }

    @GetMapping("/dead-letters")
    String list(
            @RequestParam(defaultValue = "") String place,
            @RequestParam(defaultValue = "") String event,
            @RequestParam(defaultValue = "") String n,
            @RequestParam(defaultValue = "0") int from,
            @RequestParam(required = false) @Nullable String done,
            Model model) {
        String text = n.isEmpty() ? null : search.opened(n);
        var found = box.find(new Wanted(place, event, text == null ? "" : text));
        model.addAttribute(
                "letters",
                found.letters().stream()
                        .skip(Math.max(0, from))
                        .limit(Search.PAGE)
                        .toList());
        model.addAttribute("next", from + Search.PAGE < found.letters().size() ? from + Search.PAGE : null);
        model.addAttribute("many", found.letters().size());
        model.addAttribute("isCut", found.isCut());
        model.addAttribute("counts", found.counts());
        model.addAttribute("away", found.away());
        model.addAttribute("place", place);
        model.addAttribute("event", event);
        model.addAttribute("n", n);
        model.addAttribute("text", text == null ? "" : search.shown(text));
        model.addAttribute("done", done != null && done.matches("[a-z_]{1,30}") ? confirmation(done) : null);
        return "support/dead-letters";
    }

    private static String confirmation(String done) {
        return switch (done) {
            case "discarded" -> "The dead letter was discarded.";
            case "read_again" -> "The file was moved back to the inbox and is read again.";
            case "duplicate" ->
                "The event had been accepted before, so nothing is sent again. The dead letter was removed.";
            default -> "The event was accepted (" + done.replace('_', ' ') + "). The dead letter was removed.";
        };
    }

    /** Gives a search its address; a box that still shows the masked text of the search before means that text. */
    @PostMapping("/dead-letters")
    String search(
            @RequestParam(defaultValue = "") String place,
            @RequestParam(defaultValue = "") String event,
            @RequestParam(defaultValue = "") String text,
            @RequestParam(defaultValue = "") String n) {
        String before = n.isEmpty() ? null : search.opened(n);
        String wanted = before != null && search.shown(before).equals(text) ? before : SearchBox.searchable(text);
        return "redirect:" + address(place, event.strip(), wanted.isEmpty() ? "" : search.sealed(wanted));
    }

    private static String address(String place, String event, String n) {
        var address = UriComponentsBuilder.fromPath("/dead-letters");
        if (!place.isEmpty()) {
            address.queryParam("place", "{place}");
        }
        if (!event.isEmpty()) {
            address.queryParam("event", "{event}");
        }
        if (!n.isEmpty()) {
            address.queryParam("n", "{n}");
        }
        return address.encode()
                .buildAndExpand(Map.of("place", place, "event", event, "n", n))
                .toUriString();
    }

    /** Replays all letters of a search, and shows what became of them. */
    @PostMapping("/dead-letters/replay")
    String replayAll(
            @RequestParam(defaultValue = "") String place,
            @RequestParam(defaultValue = "") String event,
            @RequestParam(defaultValue = "") String n,
            Model model,
            HttpServletRequest request) {
        String text = n.isEmpty() ? null : search.opened(n);
        model.addAttribute(
                "replayed", box.replayAll(new Wanted(place, event, text == null ? "" : text), request.getRemoteUser()));
        return list(place, event, n, 0, null, model);
    }

    @GetMapping("/dead-letters/{id}")
    String one(@PathVariable String id, Model model, HttpServletRequest request, HttpServletResponse response) {
        try {
            return one(box.opened(id, request.getRemoteUser()), null, null, model);
        } catch (EventRejected e) {
            return gone(e, model, response);
        }
    }

    private static String one(DeadLetter letter, @Nullable String event, @Nullable String body, Model model) {
        model.addAttribute("letter", letter);
        model.addAttribute("event", event == null ? letter.event() : event);
        model.addAttribute("body", body == null ? letter.body() : body);
        return "support/dead-letter";
    }

    @PostMapping("/dead-letters/{id}/{action}")
    String act(
            @PathVariable String id,
            @PathVariable String action,
            @RequestParam(defaultValue = "") String event,
            @RequestParam(required = false) @Nullable String body,
            @RequestParam(defaultValue = "") String reason,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        DeadLetter letter;
        try {
            letter = box.one(id);
        } catch (EventRejected e) {
            return gone(e, model, response);
        }
        // A browser sends each line break of a text area as two characters.
        String typed = body == null ? null : body.replace("\r\n", "\n");
        try {
            if (action.equals("discard")) {
                box.discard(id, reason, request.getRemoteUser());
                return "redirect:/dead-letters?done=discarded";
            }
            if (!action.equals("replay")) {
                throw new EventRejected(404, "unknown_action", "Unknown action.");
            }
            String status = box.replay(id, event, typed, request.getRemoteUser());
            return "redirect:/dead-letters?done=" + status.replace(' ', '_');
        } catch (EventRejected e) {
            if (e.error().equals(DeadLetterBox.NOT_FOUND)) {
                return gone(e, model, response);
            }
            response.setStatus(e.httpStatus());
            boolean isRejected = action.equals("replay") && e.httpStatus() < 500 && e.httpStatus() != 409;
            model.addAttribute("problem", (isRejected ? "Still rejected: " : "") + e.reason());
            model.addAttribute("reason", reason);
            return one(letter, event, typed, model);
        }
    }

    private static String gone(EventRejected e, Model model, HttpServletResponse response) {
        response.setStatus(e.httpStatus());
        return PageModel.sorry(
                model, e.httpStatus() == 404 ? "Dead letter not found" : "Dead letter not available", e.reason());
    }
}
