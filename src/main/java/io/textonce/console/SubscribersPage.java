package io.textonce.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.textonce.delivery.Rows;
import io.textonce.event.EventRejected;
import io.textonce.peer.Causes;
import io.textonce.settings.TextOnceProperties;
import io.textonce.tuning.SharedBuffers;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Page of the subscribers to status changes: whether each has received all of them, and the actions on it. */
@Controller
final class SubscribersPage {

    private static final int MOST_COUNTED = 10_000;

    private static final String STATES = """
            SELECT s.name, s.failing_since, s.failures, s.next_try_at, s.last_error, s.suspended_at, s.decision,
                s.failed_id, CAST(s.answers AS text) AS answers,
                (SELECT max(e.happened_at) FROM textonce.delivery_events AS e WHERE e.id = s.published_id) AS published_at,
                (SELECT count(*) FROM (
                    SELECT FROM textonce.delivery_events AS e
                    WHERE e.id > s.published_id AND e.new_status IS NOT NULL LIMIT ?) AS later) AS behind
            FROM textonce.outbox_cursors AS s WHERE s.name = ANY (?) ORDER BY s.name
            """;

    private final JdbcTemplate jdbc;
    private final ProducerTemplate routes;
    private final String[] names;

    SubscribersPage(ConsoleDatabase database, ProducerTemplate routes, TextOnceProperties settings) {
        this.jdbc = database.jdbc();
        this.routes = routes;
        this.names = settings.subscribers().toArray(String[]::new);
    }

    @GetMapping("/subscribers")
    String list(@RequestParam(defaultValue = "") String done, Model model) {
        var subscribers = jdbc.query(STATES, SubscribersPage::subscriber, MOST_COUNTED, names);
        model.addAttribute("subscribers", subscribers);
        subscribers.stream()
                .filter(one -> one.name().equals(done))
                .forEach(one -> model.addAttribute("confirmation", one.decision()));
        return "support/subscribers";
    }

    /**
     * @param from of a replay, to the minute, in the zone
     * @param failing event that the page shows
     * @param seen last decision that the page shows; after another one nothing is done
     */
    @PostMapping("/subscribers/{name}/{action}")
    String act(
            @PathVariable String name,
            @PathVariable String action,
            @RequestParam(defaultValue = "") String reason,
            @RequestParam(defaultValue = "") String from,
            @RequestParam(required = false) @Nullable Long failing,
            @RequestParam(required = false) @Nullable String seen,
            @RequestParam(defaultValue = "UTC") String zone,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        var act = new HashMap<String, @Nullable Object>();
        act.put("name", name);
        act.put("action", action);
        act.put("reason", reason);
        act.put("from", time(from, zone));
        act.put("failing", failing);
        act.put("seen", seen);
        act.put("user", request.getRemoteUser());
        try {
            routes.requestBody("direct:subscriptions-act", act);
            return "redirect:/subscribers?done=" + name;
        } catch (CamelExecutionException e) {
            var rejection = Causes.find(EventRejected.class, e);
            if (rejection == null) {
                throw e;
            }
            response.setStatus(rejection.httpStatus());
            model.addAttribute("problem", rejection.reason());
            model.addAttribute("acted", (action.equals("replay") ? "replay " : "act ") + name);
            model.addAttribute("from", from);
            model.addAttribute("reason", reason);
            return list("", model);
        }
    }

    private static String time(String local, String zone) {
        try {
            return local.isEmpty()
                    ? ""
                    : LocalDateTime.parse(local)
                            .atZone(ZoneId.of(zone))
                            .toOffsetDateTime()
                            .toString();
        } catch (DateTimeException e) {
            return local;
        }
    }

    private static Subscriber subscriber(ResultSet row, int number) throws SQLException {
        return new Subscriber(
                row.getString("name"),
                row.getLong("behind"),
                Rows.instant(row, "published_at"),
                Rows.instant(row, "failing_since"),
                row.getInt("failures"),
                Rows.instant(row, "next_try_at"),
                row.getString("last_error"),
                Rows.instant(row, "suspended_at"),
                row.getString("decision"),
                row.getObject("failed_id", Long.class),
                answers(row.getString("answers")));
    }

    private static List<Answer> answers(String json) {
        try {
            var answers = new ArrayList<Answer>();
            SharedBuffers.JSON
                    .readTree(json)
                    .forEach(one -> answers.add(new Answer(
                            OffsetDateTime.parse(one.get("at").textValue()).toInstant(),
                            one.get("events").intValue(),
                            one.get("millis").longValue(),
                            one.get("error").textValue())));
            return answers;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Answer of a subscriber to a batch of events.
     *
     * @param events that it received
     * @param error to the next one, or null
     */
    public record Answer(
            Instant at, int events, long millis, @Nullable String error) {

        public String words() {
            String received = events == 1 ? "1 received" : events + " received";
            return error == null ? received : events == 0 ? error : received + ", then " + error;
        }
    }

    /**
     * State of a subscriber.
     *
     * @param behind status changes that it has not received, counted up to a limit
     * @param publishedAt time of the last change that it received, or null
     * @param failing event, if the first one not received fails, or null
     * @param answers the newest first
     */
    public record Subscriber(
            String name,
            long behind,
            @Nullable Instant publishedAt,
            @Nullable Instant failingSince,
            int failures,
            @Nullable Instant nextTryAt,
            @Nullable String lastError,
            @Nullable Instant suspendedAt,
            @Nullable String decision,
            @Nullable Long failing,
            List<Answer> answers) {

        public String title() {
            return suspendedAt != null
                    ? "Suspended"
                    : failingSince != null ? "Failing" : behind > 0 ? "Catching up" : "Up to date";
        }

        public String tone() {
            return suspendedAt != null || failingSince != null ? "bad" : behind > 0 ? "way" : "good";
        }

        /** Returns the number of changes as a page shows it. */
        public String backlog() {
            return behind == MOST_COUNTED ? "10,000 or more" : String.valueOf(behind);
        }
    }
}
