package io.textonce.console;

import io.textonce.delivery.DeliveryId;
import io.textonce.event.EventRejected;
import io.textonce.privacy.PersonalDataMask;
import io.textonce.security.OperatorAct;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.util.UUID;
import org.springframework.stereotype.Controller;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Pages of the bulk actions: preview, confirmation, progress and undo. */
@Controller
final class BulkPage {

    private final BulkActions actions;
    private final BulkPreview previews;
    private final Searches searches;
    private final Dashboard overview;
    private final AuditLog audit;
    private final TransactionOperations transactions;
    private final Clock clock;

    BulkPage(
            BulkActions actions,
            BulkPreview previews,
            Searches searches,
            Dashboard overview,
            AuditLog audit,
            TransactionOperations transactions,
            Clock clock) {
        this.transactions = transactions;
        this.actions = actions;
        this.previews = previews;
        this.searches = searches;
        this.overview = overview;
        this.audit = audit;
        this.clock = clock;
    }

    @GetMapping("/bulk")
    String list(Model model) {
        model.addAttribute("actions", actions.newest());
        return "support/bulk-list";
    }

    /** Shows what an action would do with the messages of the filter. */
    @GetMapping("/bulk/preview")
    String preview(
            @RequestParam(defaultValue = "") String action,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        var filter = new Filter("/deliveries", request);
        try {
            var id = DeliveryId.next(clock.millis());
            var preview = preview(filter, action, id);
            model.addAttribute("filter", filter);
            model.addAttribute("action", action(action));
            model.addAttribute("preview", preview);
            model.addAttribute("id", id);
            model.addAttribute("refused", overview.now().refused());
            return "support/bulk-preview";
        } catch (EventRejected e) {
            response.setStatus(e.httpStatus());
            return PageModel.sorry(model, "Not possible", e.reason());
        }
    }

    /** @param many messages of the preview; if there are more now, the operator sees the new number first */
    @PostMapping("/bulk")
    String confirm(
            @RequestParam(defaultValue = "") String action,
            @RequestParam(defaultValue = "") String why,
            @RequestParam UUID id,
            @RequestParam int many,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        var filter = new Filter("/deliveries", request);
        model.addAttribute("why", why);
        try {
            String reason = OperatorAct.reason(why);
            var preview = preview(filter, action, id);
            if (preview.many() > many) {
                model.addAttribute("problem", "More messages match now. Check the numbers and confirm again.");
                return preview(action, model, request, response);
            }
            String who = OperatorAct.actor(request.getRemoteUser());
            String words = PersonalDataMask.mask(filter.words());
            String detail = DeliverySearch.Total.counted(preview.many(), "message") + ", filter: " + words + " ("
                    + reason + ")";
            transactions.executeWithoutResult(status -> {
                if (actions.create(id, action(action), who, reason, words, preview.items())) {
                    audit.record(who, action(action).verb(), null, null, detail);
                }
            });
            return "redirect:/bulk/" + id;
        } catch (EventRejected e) {
            model.addAttribute("problem", e.reason());
            String page = preview(action, model, request, response);
            response.setStatus(e.httpStatus());
            return page;
        }
    }

    @GetMapping("/bulk/{id}")
    String progress(@PathVariable UUID id, Model model, HttpServletResponse response) {
        return progress(id, model, response, "support/bulk");
    }

    @GetMapping("/bulk/{id}/live")
    String live(@PathVariable UUID id, Model model, HttpServletResponse response) {
        return progress(id, model, response, "support/bulk :: live");
    }

    private String progress(UUID id, Model model, HttpServletResponse response, String view) {
        var progress = actions.progress(id);
        if (progress == null) {
            response.setStatus(404);
            return PageModel.sorry(model, "Bulk action not found", "It may have been deleted with its messages.");
        }
        model.addAttribute("bulk", progress);
        model.addAttribute("reasons", actions.reasons(id));
        return view;
    }

    @PostMapping("/bulk/{id}/undo")
    String undo(@PathVariable UUID id, HttpServletRequest request) {
        String who = OperatorAct.actor(request.getRemoteUser());
        transactions.executeWithoutResult(status -> {
            if (actions.undo(id, who)) {
                audit.record(who, "undone", null, null, "bulk action " + id);
            }
        });
        return "redirect:/bulk/" + id;
    }

    /** Previews messages that were there before the id, which is of the first preview. */
    private BulkPreview.Preview preview(Filter filter, String action, UUID id) {
        if (filter.isOpen()) {
            throw new EventRejected(
                    400, "invalid_request", "Filter the messages first: an action for all needs a filter.");
        }
        var search = searches.by(filter.query());
        var to = (UUID) search.row().get("to");
        if (to == null || to.getMostSignificantBits() > id.getMostSignificantBits()) {
            search.with("to", id);
        }
        return previews.of(search, action(action));
    }

    private static BulkAction action(String word) {
        return BulkAction.of(word).orElseThrow(() -> EventRejected.ofField("action", "is unknown"));
    }
}
