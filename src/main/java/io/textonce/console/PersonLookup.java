package io.textonce.console;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Lookup of what one number has sent and received. A person is named by the number, or by a hash of it where the number
 * is no longer stored.
 */
@Component
final class PersonLookup {

    private static final String HASH = "#";

    private static final String CONSENTS = """
            SELECT purpose, consent_source, max(consent_at) AS consent_at, count(*) AS many FROM textonce.deliveries
            WHERE phone_hash = ANY (?) AND source <> 'cancellation'
            GROUP BY purpose, consent_source ORDER BY consent_at DESC LIMIT 50
            """;

    private static final String INBOUND = """
            SELECT received_at, kind, recipient FROM textonce.inbound_messages
            WHERE phone_hash = ANY (?) ORDER BY received_at DESC LIMIT 50
            """;

    private static final String OPT_OUTS = """
            SELECT sender, source, opted_out_at FROM textonce.opt_outs WHERE phone_hash = ANY (?) ORDER BY opted_out_at
            """;

    private final JdbcTemplate jdbc;
    private final Searches searches;

    PersonLookup(ConsoleDatabase database, Searches searches) {
        this.jdbc = database.jdbc();
        this.searches = searches;
    }

    /** Returns the name of a delivery's recipient, or null after an erasure. */
    static @Nullable String name(Map<String, Object> delivery) {
        byte[] hash = (byte[]) delivery.get("phone_hash");
        return delivery.get("phone") != null
                ? (String) delivery.get("phone")
                : hash == null || hash.length == 0
                        ? null
                        : HASH + HexFormat.of().formatHex(hash);
    }

    /** Returns whether a name has the number, which an erasure needs. */
    static boolean isNumber(String name) {
        return !name.startsWith(HASH);
    }

    byte[][] hashes(String name) {
        return isNumber(name)
                ? searches.hashes(name)
                : new byte[][] {HexFormat.of().parseHex(name.substring(HASH.length()))};
    }

    Person of(byte[][] hashes) {
        return new Person(
                jdbc.query(CONSENTS, PersonLookup::consent, (Object) hashes),
                jdbc.query(
                        INBOUND,
                        (row, n) -> new Inbound(
                                row.getTimestamp("received_at").toInstant(),
                                row.getString("kind"),
                                row.getString("recipient")),
                        (Object) hashes),
                jdbc.query(
                        OPT_OUTS,
                        (row, n) -> new OptOut(
                                row.getString("sender"),
                                row.getString("source"),
                                row.getTimestamp("opted_out_at").toInstant()),
                        (Object) hashes));
    }

    private static Consent consent(ResultSet row, int number) throws SQLException {
        return new Consent(
                row.getString("purpose"),
                row.getString("consent_source"),
                row.getTimestamp("consent_at").toInstant(),
                row.getLong("many"));
    }

    /** Consents, inbound messages and opt-outs of one number. */
    public record Person(List<Consent> consents, List<Inbound> inbound, List<OptOut> optOuts) {}

    /** Newest consent to a purpose, with the number of messages for it. */
    public record Consent(String purpose, @Nullable String source, Instant at, long many) {}

    /** Inbound message, without its text. */
    public record Inbound(Instant at, String kind, String recipient) {

        public String title() {
            return switch (kind) {
                case "stop" -> "STOP";
                case "start" -> "START";
                case "help" -> "HELP";
                default -> "Reply";
            };
        }
    }

    /** Opt-out from a sender. */
    public record OptOut(String sender, String source, Instant at) {

        public String title() {
            return switch (source) {
                case "person" -> "STOP received";
                case "twilio" -> "Twilio reported an opt-out";
                default -> "Imported from " + source;
            };
        }
    }
}
