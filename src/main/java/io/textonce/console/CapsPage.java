package io.textonce.console;

import io.textonce.delivery.CapActions;
import io.textonce.event.EventRejected;
import io.textonce.security.OperatorAct;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Page of the caps: how much of each is used, and its operator actions. */
@Controller
final class CapsPage {

    private final CapActions caps;
    private final CapOperator operator;

    CapsPage(CapActions caps, CapOperator operator) {
        this.caps = caps;
        this.operator = operator;
    }

    @GetMapping("/caps")
    String list(Model model) {
        model.addAttribute("caps", caps.states());
        return "support/caps";
    }

    @PostMapping("/caps/{name}/{action}")
    String act(
            @PathVariable String name,
            @PathVariable String action,
            @RequestParam(defaultValue = "") String by,
            @RequestParam(required = false) @Nullable String seen,
            @RequestParam(defaultValue = "") String reason,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        try {
            operator.act(name, action, by, seen, OperatorAct.actor(request.getRemoteUser()), reason);
            return "redirect:/caps";
        } catch (EventRejected e) {
            response.setStatus(e.httpStatus());
            model.addAttribute("problem", e.reason());
            model.addAttribute("acted", action + " " + name);
            model.addAttribute("by", by);
            model.addAttribute("reason", reason);
            return list(model);
        }
    }
}
