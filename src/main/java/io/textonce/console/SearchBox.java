package io.textonce.console;

import io.textonce.settings.TextOnceProperties;
import io.textonce.settings.TwilioSid;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Search box: what a customer reads out, as a phone number, the beginning of an event id or of a reference, a Message
 * SID or a delivery id. A search has an address, in which a text with a number is sealed.
 */
@Component
final class SearchBox {

    static final Pattern ID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private static final int SHORTEST_PREFIX = 3;
    private static final int MOST_WORDS = 6;

    /** Characters between the words of an id, where a person says a blank. */
    private static final List<String> JOINTS = List.of(" ", "-", "_", "", ":", ".", "/");

    /**
     * Each beginning reads a bounded part of its index, so that "ord" costs no more than an id. The alert of an incident
     * may be in a message with others.
     */
    private static final String MATCH = """
            WITH beginnings AS (SELECT t, t || U&'\\+10FFFF' AS beyond FROM unnest(?) AS t)
            SELECT id FROM (
                (SELECT id FROM textonce.deliveries
                    WHERE phone_hash = ANY (?) AND (CAST(? AS uuid) IS NULL OR id < CAST(? AS uuid))
                    ORDER BY id DESC LIMIT ?)
                UNION
                SELECT found.id FROM beginnings AS b CROSS JOIN LATERAL (
                    SELECT d.id FROM textonce.deliveries AS d
                    WHERE lower(d.event_id) COLLATE "C" >= b.t AND lower(d.event_id) COLLATE "C" < b.beyond
                    LIMIT 1000) AS found
                UNION
                SELECT found.id FROM beginnings AS b CROSS JOIN LATERAL (
                    SELECT d.id FROM textonce.deliveries AS d
                    WHERE d.reference IS NOT NULL
                      AND lower(d.reference) COLLATE "C" >= b.t AND lower(d.reference) COLLATE "C" < b.beyond
                    LIMIT 1000) AS found
                UNION
                SELECT d.id FROM textonce.incident_alerts AS a
                    JOIN textonce.deliveries AS d ON d.event = 'incident-alert' AND d.event_id = a.message_id
                WHERE a.incident_id = ?
            ) AS matches
            WHERE CAST(? AS uuid) IS NULL OR id < CAST(? AS uuid)
            ORDER BY id DESC LIMIT ?
            """;

    private final JdbcTemplate jdbc;
    private final DeliverySearch deliveries;
    private final Searches searches;
    private final TypedNumbers numbers;
    private final Sealer sealer;

    SearchBox(
            ConsoleDatabase database,
            DeliverySearch deliveries,
            Searches searches,
            TypedNumbers numbers,
            TextOnceProperties settings) {
        this.jdbc = database.jdbc();
        this.deliveries = deliveries;
        this.searches = searches;
        this.numbers = numbers;
        this.sealer = new Sealer(
                "textonce-search",
                Stream.concat(Stream.of(settings.hashKey()), settings.hashKeyPrevious().stream())
                        .toList());
    }

    /** Returns the address of a search, without any number. */
    String address(String typed) {
        String text = searchable(typed);
        return numbers.isIn(text)
                ? "/search?n=" + sealer.seal(text)
                : "/search?q=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Returns a text as an address may have it. */
    String sealed(String text) {
        return sealer.seal(text);
    }

    /** Returns the text of a sealed address, or null. */
    @Nullable
    String opened(String sealed) {
        return sealer.open(sealed);
    }

    /** Returns the address of a person's page. */
    String person(String number) {
        return "/people?n=" + sealer.seal(number);
    }

    /** Returns the addresses of the people whose number may be meant, by the masked number. */
    Map<String, String> people(String text) {
        var people = new LinkedHashMap<String, String>();
        numbers.of(text).forEach(number -> people.put(numbers.masked(number), person(number)));
        return people;
    }

    /** Returns a text as it can be searched: the database holds no control characters. */
    static String searchable(String typed) {
        return typed.replaceAll("\\p{Cntrl}", " ").strip();
    }

    /** Returns the hash of the number that is most likely meant, or null if none is. */
    byte @Nullable [] hash(String text) {
        byte[][] hashes = searches.hashes(text);
        return hashes.length == 0 ? null : hashes[0];
    }

    /** Returns whether a text is the event id of an incident, whose alert may have no message yet. */
    boolean isIncident(String text) {
        return Boolean.TRUE.equals(jdbc.queryForObject(
                "SELECT EXISTS (SELECT FROM textonce.incidents WHERE event_id = ?)", Boolean.class, text));
    }

    boolean isPrivate(String text) {
        return numbers.isIn(text);
    }

    /** Returns the text as a page shows it. */
    String shown(String text) {
        return numbers.masked(text);
    }

    /** Returns the newest deliveries that match, a page at a time. */
    List<Map<String, Object>> find(String text, @Nullable UUID after) {
        if (ID.matcher(text).matches()) {
            return deliveries.find(Search.byId(UUID.fromString(text)));
        }
        if (TwilioSid.isMessage(text)) {
            return deliveries.find(searches.by(Map.of("sid", new String[] {text})));
        }
        var ids = jdbc.queryForList(
                MATCH,
                UUID.class,
                beginnings(text).toArray(String[]::new),
                searches.hashes(text),
                after,
                after,
                Search.PAGE,
                text,
                after,
                after,
                Search.PAGE);
        return ids.isEmpty() ? List.of() : deliveries.find(Search.byIds(ids));
    }

    /** Returns how an id or a reference may begin that a person calls so: "order 1001" may be order-1001 or 1001. */
    static Set<String> beginnings(String text) {
        String plain = text.strip().toLowerCase(Locale.ROOT).replaceAll("^#|(?<=\\s)#", "");
        var words = List.of(plain.split("[\\s_:./-]+"));
        var beginnings = new LinkedHashSet<String>();
        beginnings.add(plain);
        if (words.size() > 1 && words.size() <= MOST_WORDS) {
            JOINTS.forEach(joint -> beginnings.add(String.join(joint, words)));
            beginnings.add(words.get(words.size() - 1));
        }
        beginnings.removeIf(beginning -> beginning.length() < SHORTEST_PREFIX);
        return beginnings;
    }
}
