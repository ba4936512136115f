package io.textonce.console;

import io.textonce.delivery.DeliveryId;
import io.textonce.event.EventRejected;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Search criteria: the parameters of {@code delivery-find.sql}, from a user or a program. A phone number is replaced by
 * its keyed hash here, and is not passed on.
 */
final class Search {

    private static final Set<String> NAMES =
            Set.of("sid", "eventId", "phone", "status", "event", "code", "from", "to", "after", "limit", "zone");
    private static final int LONGEST_PAGE = 200;
    private static final int PAGE = 50;

    private final Map<String, @Nullable Object> row = new HashMap<>();
    private final @Nullable ZoneId zone;

    private Search(@Nullable ZoneId zone) {
        this.zone = zone;
        for (String name :
                List.of("id", "sid", "eventId", "phoneHashes", "status", "event", "code", "from", "to", "after")) {
            row.put(name, null);
        }
        row.put("timeline", true);
        row.put("limit", PAGE);
    }

    /** Returns the search for one delivery. */
    static Search byId(UUID id) {
        return new Search(ZoneOffset.UTC).with("id", id);
    }

    /**
     * Returns the search with the parameters of a query; all must match, an empty one is ignored.
     *
     * @throws EventRejected 400 with the names of the invalid parameters, never their values
     */
    static Search by(Map<String, String[]> query, PhoneNumbers phones, PhoneHash hash) {
        var wrong = new TreeMap<String, List<String>>();
        var given = new HashMap<String, String>();
        query.forEach((name, values) -> {
            String value = values[0].strip();
            if (!NAMES.contains(name)) {
                // The name is not repeated: a caller that omits it has the phone number in its place.
                wrong.put("query", List.of("has a parameter other than " + String.join(", ", sorted())));
            } else if (values.length > 1) {
                wrong.put(name, List.of("is given more than once"));
            } else if (!value.isEmpty()) {
                given.put(name, value);
            }
        });
        var zone = new Reader(given, wrong).zone();
        var search = new Search(zone);
        new Reader(given, wrong).into(search, phones, hash);
        if (!wrong.isEmpty()) {
            throw EventRejected.ofFields(wrong);
        }
        return search;
    }

    private static List<String> sorted() {
        return NAMES.stream().sorted().toList();
    }

    /** Returns the search for the next page. */
    Search after(UUID id, int limit) {
        var next = new Search(zone);
        next.row.putAll(row);
        return next.with("after", id).with("limit", limit);
    }

    /** Returns the search without timelines, limited. */
    Search bare(int limit) {
        var bare = new Search(zone);
        bare.row.putAll(row);
        return bare.with("timeline", false).with("limit", limit);
    }

    Search with(String name, @Nullable Object value) {
        row.put(name, value);
        return this;
    }

    Map<String, @Nullable Object> row() {
        return row;
    }

    int limit() {
        return (Integer) row.getOrDefault("limit", PAGE);
    }

    /** Returns the zone of the times, beside UTC; null for the recipient's own. */
    @Nullable
    ZoneId zone() {
        return zone;
    }

    /** Returns the E.164 number, whose plus a query may have turned into a blank; null if it is invalid. */
    static @Nullable String e164(String number, PhoneNumbers phones) {
        String bare = number.replaceAll("[\\s\\p{Cf}()./-]", "");
        String e164 = phones.canonical(bare.matches("[0-9]+") ? "+" + bare : bare);
        return phones.isE164(e164) ? e164 : null;
    }

    private record Reader(Map<String, String> given, Map<String, List<String>> wrong) {

        @Nullable
        ZoneId zone() {
            try {
                String name = given.getOrDefault("zone", "UTC");
                return name.equals("recipient") ? null : ZoneId.of(name);
            } catch (DateTimeException e) {
                wrong.put("zone", List.of("must be a time zone such as Europe/Berlin"));
                return ZoneOffset.UTC;
            }
        }

        void into(Search search, PhoneNumbers phones, PhoneHash hash) {
            for (String name : List.of("sid", "eventId", "status", "event")) {
                search.with(name, given.get(name));
            }
            search.with("code", number("code", 1, 999_999));
            var limit = number("limit", 1, LONGEST_PAGE);
            search.with("limit", limit == null ? PAGE : limit);
            search.with("from", time("from", search.zone));
            search.with("to", time("to", search.zone));
            search.with("after", id("after"));
            String phone = given.get("phone");
            if (phone != null) {
                String e164 = e164(phone, phones);
                if (e164 == null) {
                    wrong.put("phone", List.of("must be an E.164 number such as +15558675310"));
                } else {
                    search.with("phoneHashes", hash.all(e164));
                }
            }
        }

        private @Nullable Integer number(String name, int least, int most) {
            String text = given.get(name);
            if (text == null) {
                return null;
            }
            if (!text.matches("\\d{1,6}") || Integer.parseInt(text) < least || Integer.parseInt(text) > most) {
                wrong.put(name, List.of("must be a number from " + least + " to " + most));
                return null;
            }
            return Integer.valueOf(text);
        }

        /** Parses a time, or a day that begins in the zone. A blank before an offset was a plus. */
        private @Nullable UUID time(String name, @Nullable ZoneId zone) {
            String text = given.get(name);
            if (text == null) {
                return null;
            }
            try {
                return DeliveryId.first(
                        text.length() == 10
                                ? LocalDate.parse(text)
                                        .atStartOfDay(zone == null ? ZoneOffset.UTC : zone)
                                        .toInstant()
                                : OffsetDateTime.parse(text.replace(' ', '+')).toInstant());
            } catch (DateTimeException e) {
                wrong.put(name, List.of("must be a date such as 2026-11-23 or an RFC 3339 time"));
                return null;
            }
        }

        private @Nullable UUID id(String name) {
            try {
                return given.get(name) == null ? null : UUID.fromString(given.get(name));
            } catch (IllegalArgumentException e) {
                wrong.put(name, List.of("must be the value of next from the previous page"));
                return null;
            }
        }
    }
}
