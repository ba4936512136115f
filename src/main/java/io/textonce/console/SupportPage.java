package io.textonce.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.textonce.event.EventRejected;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import io.textonce.settings.TwilioSid;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.camel.CamelExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * Support page: a search box, a delivery with its timeline, and the dashboard. A phone number is searched with POST, so
 * that it is in no URL, no history and no access log.
 */
@Controller
final class SupportPage {

    private static final Logger LOG = LoggerFactory.getLogger(SupportPage.class);

    private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final List<String> FILTERS = List.of("status", "event", "code", "from", "to", "after", "zone");

    private final DeliverySearch deliveries;
    private final DeliveryLookup trace;
    private final TimelineText story;
    private final Dashboard overview;
    private final CsvExport export;
    private final Operator operator;
    private final PhoneNumbers phones;
    private final PhoneHash hash;
    private final Times times;

    SupportPage(
            DeliverySearch deliveries,
            DeliveryLookup trace,
            TimelineText story,
            Dashboard overview,
            CsvExport export,
            Operator operator,
            PhoneNumbers phones,
            PhoneHash hash,
            Clock clock) {
        this.deliveries = deliveries;
        this.trace = trace;
        this.story = story;
        this.overview = overview;
        this.export = export;
        this.operator = operator;
        this.phones = phones;
        this.hash = hash;
        this.times = new Times(clock);
    }

    /** Adds what every page needs: times, the forms' token and the user. */
    @ModelAttribute
    void common(Model model, CsrfToken form, HttpServletRequest request, HttpServletResponse response) {
        form.getToken();
        model.addAttribute("times", times);
        model.addAttribute("user", request.getRemoteUser());
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
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

    @PostMapping("/search")
    String search(@RequestParam(defaultValue = "") String q, Model model) throws JsonProcessingException {
        String wanted = q.strip();
        String phone = Search.e164(wanted, phones);
        var found = new ArrayList<Map<String, Object>>();
        if (ID.matcher(wanted).matches()) {
            found.addAll(deliveries.find(Search.byId(UUID.fromString(wanted))));
        } else if (TwilioSid.isMessage(wanted)) {
            found.addAll(find("sid", wanted));
        } else if (!wanted.isEmpty()) {
            found.addAll(find("eventId", wanted));
            if (phone != null) {
                found.addAll(find("phone", phone));
            }
        }
        if (found.size() == 1) {
            return "redirect:/deliveries/" + found.get(0).get("id");
        }
        String what =
                wanted.isEmpty() ? "nothing" : phone == null ? "“" + wanted + "”" : "number " + phones.mask(phone);
        model.addAttribute("title", "Messages for " + what);
        model.addAttribute("found", views(found));
        model.addAttribute("searched", true);
        return "support/list";
    }

    @GetMapping("/deliveries")
    String list(HttpServletRequest request, Model model) throws JsonProcessingException {
        var query = filters(request);
        query.forEach((name, values) -> model.addAttribute(name, values[0].strip()));
        List<Map<String, Object>> rows = List.of();
        try {
            var search = Search.by(query, phones, hash);
            rows = deliveries.find(search);
            if (rows.size() == search.limit()) {
                model.addAttribute("next", rows.get(rows.size() - 1).get("id"));
            }
        } catch (EventRejected e) {
            model.addAttribute("problem", e.reason());
        }
        model.addAttribute("title", "Messages");
        model.addAttribute("found", views(rows));
        return "support/list";
    }

    @GetMapping("/deliveries/export")
    void export(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType(CsvExport.MEDIA_TYPE);
        response.setHeader("Content-Disposition", CsvExport.AS_FILE);
        export.stream(Search.by(filters(request), phones, hash)).transferTo(response.getOutputStream());
    }

    @GetMapping("/deliveries/{id}")
    String delivery(@PathVariable String id, Model model, HttpServletResponse response) throws JsonProcessingException {
        var rows = ID.matcher(id).matches()
                ? deliveries.find(Search.byId(UUID.fromString(id)))
                : List.<Map<String, Object>>of();
        if (rows.isEmpty()) {
            response.setStatus(404);
            return sorry(model, "Message not found", "It may have been deleted after the retention period.");
        }
        model.addAttribute("text", view(rows.get(0)));
        return "support/delivery";
    }

    @PostMapping("/deliveries/{id}/{action}")
    String decide(
            @PathVariable String id,
            @PathVariable String action,
            @RequestParam(defaultValue = "") String reason,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response)
            throws JsonProcessingException {
        try {
            operator.act(DeliveryLookup.id(id), action, DeliveryLookup.operator(request.getRemoteUser()), reason);
            return "redirect:/deliveries/" + id;
        } catch (EventRejected e) {
            model.addAttribute("problem", e.reason());
            String page = delivery(id, model, response);
            response.setStatus(e.httpStatus());
            return page;
        }
    }

    @ExceptionHandler({DataAccessException.class, CamelExecutionException.class})
    String unavailable(Exception failure, Model model, HttpServletRequest request, HttpServletResponse response) {
        LOG.warn("The support page could not read the database: {}", failure.toString());
        response.setStatus(503);
        model.addAttribute("times", times);
        model.addAttribute("user", request.getRemoteUser());
        return sorry(model, "Database unavailable", "No data has been lost. Try again in a moment.");
    }

    private static Map<String, String[]> filters(HttpServletRequest request) {
        var query = new HashMap<String, String[]>();
        for (String name : FILTERS) {
            String value = request.getParameter(name);
            if (value != null) {
                query.put(name, new String[] {value});
            }
        }
        return query;
    }

    private static String sorry(Model model, String title, String words) {
        model.addAttribute("title", title);
        model.addAttribute("words", words);
        return "support/sorry";
    }

    private List<Map<String, Object>> find(String by, String value) {
        return deliveries.find(Search.by(Map.of(by, new String[] {value}), phones, hash));
    }

    private List<DeliveryView> views(List<Map<String, Object>> rows) throws JsonProcessingException {
        var views = new ArrayList<DeliveryView>();
        for (var row : rows) {
            views.add(view(row));
        }
        return views;
    }

    private DeliveryView view(Map<String, Object> row) throws JsonProcessingException {
        return DeliveryView.of(row, trace.recipientsZone(row), story.entries(row, trace.timeline(row)));
    }
}
