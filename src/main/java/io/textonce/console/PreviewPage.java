package io.textonce.console;

import io.textonce.delivery.EventPreview;
import io.textonce.http.Problem;
import io.textonce.http.SendPermission;
import io.textonce.intake.RouteSchemas;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import org.apache.camel.ProducerTemplate;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Page of previews: what would become of an event. The text is shown only to an operator who may send it. */
@Controller
final class PreviewPage {

    private static final String UNAVAILABLE =
            "The checks can’t be made right now. Nothing was stored or sent. Try again in a moment.";

    private final RouteSchemas schemas;
    private final ProducerTemplate routes;

    PreviewPage(RouteSchemas schemas, ProducerTemplate routes) {
        this.schemas = schemas;
        this.routes = routes;
    }

    @GetMapping("/preview")
    String form(@RequestParam(defaultValue = "") String event, Model model) {
        return page(event, "", model);
    }

    @PostMapping("/preview")
    String preview(
            @RequestParam(defaultValue = "") String event,
            @RequestParam(defaultValue = "") String json,
            @Nullable Authentication operator,
            Model model,
            HttpServletResponse response) {
        var done = routes.request("direct:intake-preview", exchange -> {
            exchange.setVariable("event", event);
            exchange.setVariable("client", operator == null ? null : operator.getName());
            exchange.getMessage().setBody(json.getBytes(StandardCharsets.UTF_8));
        });
        if (done.getException() == null) {
            boolean maySend = operator == null || SendPermission.isGranted(operator.getAuthorities(), event);
            model.addAttribute("report", EventPreview.of(done).report(maySend));
        } else {
            var problem = Problem.of(done.getException());
            response.setStatus(problem.status());
            model.addAttribute("problem", problem.status() < 500 ? problem.detail() : UNAVAILABLE);
            model.addAttribute("details", problem.details());
        }
        return page(event, json, model);
    }

    private String page(String event, String json, Model model) {
        model.addAttribute("events", schemas.events());
        model.addAttribute("event", event);
        model.addAttribute("json", json);
        return "support/preview";
    }
}
