package io.textonce.console;

import io.textonce.settings.TextOnceProperties;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.support.DataAccessUtils;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** Page of the comparison of Twilio's message log with the deliveries, and of the lag of Twilio's message list. */
@Controller
final class LedgerPage {

    private static final int MOST = 200;

    private static final String LAST = """
            SELECT day, compared_at, listed FROM textonce.ledger_days
            WHERE compared_at IS NOT NULL ORDER BY day DESC LIMIT 1
            """;

    private static final String LAG = """
            SELECT extract(epoch FROM max(longest)) * 1000 AS longest, coalesce(sum(samples), 0) AS samples
            FROM textonce.list_lags WHERE day > now() - interval '90 days'
            """;

    /** Only what is still true. The URL of a callback has the delivery, so its entry shows who sent the message. */
    private static final String DIFFERENCES = """
            SELECT f.message_sid, f.sender, f.sent_at, coalesce(d.id, e.delivery_id) AS delivery,
                CASE
                    WHEN d.id IS NOT NULL THEN 'MISSING'
                    WHEN e.delivery_id IS NOT NULL THEN 'SECOND'
                    WHEN e.message_sid IS NOT NULL THEN 'LOST'
                    ELSE 'FOREIGN'
                END AS kind
            FROM textonce.ledger_differences AS f
                LEFT JOIN textonce.deliveries AS d ON d.message_sid = f.message_sid
                LEFT JOIN LATERAL (
                    SELECT message_sid, delivery_id FROM textonce.delivery_events
                    WHERE message_sid = f.message_sid AND kind = 'callback'
                    ORDER BY delivery_id NULLS LAST LIMIT 1) AS e ON true
            WHERE (f.kind = 'missing') = (d.id IS NOT NULL)
            ORDER BY f.sent_at DESC LIMIT ?
            """;

    private final JdbcTemplate jdbc;
    private final Duration assumed;
    private final Duration window;

    LedgerPage(ConsoleDatabase database, TextOnceProperties settings) {
        this.jdbc = database.jdbc();
        this.assumed = settings.unknown().listLag();
        this.window = settings.unknown().window();
    }

    @GetMapping("/ledger")
    String compare(Model model) {
        model.addAttribute("last", DataAccessUtils.singleResult(jdbc.query(LAST, LedgerPage::last)));
        model.addAttribute("lag", jdbc.queryForObject(LAG, (row, n) -> lag(row)));
        var differences = jdbc.query(DIFFERENCES, LedgerPage::difference, MOST);
        model.addAttribute("isShort", differences.size() == MOST);
        model.addAttribute(
                "groups",
                Arrays.stream(Kind.values())
                        .map(kind -> new Group(
                                kind,
                                differences.stream()
                                        .filter(one -> one.kind == kind)
                                        .toList()))
                        .filter(group -> !group.differences.isEmpty())
                        .toList());
        return "support/ledger";
    }

    private Lag lag(ResultSet row) throws SQLException {
        double longest = row.getDouble("longest");
        return new Lag(
                row.wasNull() ? null : Duration.ofMillis((long) longest), row.getLong("samples"), assumed, window);
    }

    private static Last last(ResultSet row, int number) throws SQLException {
        return new Last(
                row.getObject("day", LocalDate.class),
                row.getTimestamp("compared_at").toInstant(),
                row.getLong("listed"));
    }

    private static Difference difference(ResultSet row, int number) throws SQLException {
        return new Difference(
                row.getString("message_sid"),
                Kind.valueOf(row.getString("kind")),
                row.getString("sender"),
                row.getTimestamp("sent_at").toInstant(),
                row.getObject("delivery", UUID.class));
    }

    /** Last day that was compared. */
    public record Last(LocalDate day, Instant at, long listed) {}

    /** Differences of one kind. */
    public record Group(Kind kind, List<Difference> differences) {}

    /**
     * Message that only Twilio or only a delivery has.
     *
     * @param delivery that it is about, or null if unknown
     */
    public record Difference(
            String sid,
            Kind kind,
            String sender,
            Instant sentAt,
            @Nullable UUID delivery) {}

    /** Kind of a difference: what is true, and what an operator does. */
    public enum Kind {
        SECOND(
                "Second message of an event",
                "Twilio sent a second message for one event, so the person probably received both.",
                "Open the message, and compare its timeline with Twilio's log. If Twilio's list lagged longer than assumed,"
                        + " raise textonce.unknown.list-lag and the reconciliation window."),
        LOST(
                "Message of a lost delivery",
                "TextOnce sent this message, but the database has no delivery of it: it was restored, or it lost commits.",
                "If the database was restored without an announcement, set TEXTONCE_RESTORED_TO before the events are"
                        + " repeated; otherwise they send a second message."),
        FOREIGN(
                "Message from elsewhere",
                "One of our senders sent this message, no delivery has its SID, and Twilio never called back for it.",
                "Find the SID in Twilio's log. If another application uses the sender, give it a sender of its own. If"
                        + " no one knows the message, rotate the auth token and the API key. If its text is that of a"
                        + " delivery, it is a second message whose callbacks were lost."),
        MISSING(
                "Missing at Twilio",
                "A delivery has this SID, but Twilio has no such message.",
                "If it was deleted at Twilio, nothing needs to be done. If many are missing, check that"
                        + " TWILIO_ACCOUNT_SID is the account that sent them.");

        private final String title;
        private final String meaning;
        private final String action;

        Kind(String title, String meaning, String action) {
            this.title = title;
            this.meaning = meaning;
            this.action = action;
        }

        public String title() {
            return title;
        }

        public String meaning() {
            return meaning;
        }

        public String action() {
            return action;
        }
    }

    /**
     * Lag of Twilio's message list.
     *
     * @param longest of the samples of 90 days, or null without samples
     * @param assumed longest lag that the reconciliation windows cover
     * @param window for reconciliation
     */
    public record Lag(@Nullable Duration longest, long samples, Duration assumed, Duration window) {

        /** Returns the lag beside the window. */
        public String words() {
            return longest == null
                    ? "No sample in 90 days; reconciliation window " + Times.span(window)
                    : "Longest lag in 90 days " + seconds(longest) + ", reconciliation window " + Times.span(window);
        }

        /** Returns the assumption as a page shows it. */
        public String limit() {
            return seconds(assumed);
        }

        public String title() {
            return longest == null ? "Not measured" : isLong() ? "Near the limit" : "Within the limit";
        }

        public String tone() {
            return longest == null ? "off" : isLong() ? "bad" : "good";
        }

        private boolean isLong() {
            return longest != null && longest.compareTo(assumed.dividedBy(2)) > 0;
        }

        private static String seconds(Duration time) {
            return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
        }
    }
}
