package io.textonce.console;

import io.textonce.delivery.DeliveryId;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.event.EventRejected;
import io.textonce.event.Identifier;
import io.textonce.phone.Countries;
import io.textonce.phone.PhoneHash;
import java.text.Normalizer;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Parser of searches, from a page or a program. A phone number is replaced by its keyed hashes here, and is not passed
 * on.
 */
@Component
final class Searches {

    private static final Set<String> NAMES = Set.of(
            "sid", "eventId", "phone", "status", "event", "client", "code", "country", "sender", "reason", "ids",
            "from", "to", "until", "since", "after", "limit", "zone");
    private static final int LONGEST_PAGE = 200;
    private static final int MOST_IDS = 200;
    private static final Pattern COUNTRY = Pattern.compile("[A-Z]{2}|" + Countries.SATELLITE);

    private final TypedNumbers numbers;
    private final PhoneHash hash;
    private final Clock clock;

    Searches(TypedNumbers numbers, PhoneHash hash, Clock clock) {
        this.numbers = numbers;
        this.hash = hash;
        this.clock = clock;
    }

    /**
     * Returns the search with the parameters of a query; all must match, an empty one is ignored.
     *
     * @throws EventRejected 400 with the names of the invalid parameters, never their values
     */
    Search by(Map<String, String[]> query) {
        return by(query, NAMES);
    }

    /**
     * Returns the search with the parameters of a query, of which only those of these names are valid.
     *
     * @throws EventRejected 400 with the names of the invalid parameters, never their values
     */
    Search by(Map<String, String[]> query, Set<String> names) {
        var wrong = new TreeMap<String, List<String>>();
        var given = new HashMap<String, String>();
        query.forEach((name, values) -> {
            String value = values[0].strip();
            if (!names.contains(name)) {
                // The name is not repeated: a caller that omits it has the phone number in its place.
                wrong.put(
                        "query",
                        List.of("has a parameter other than "
                                + String.join(", ", names.stream().sorted().toList())));
            } else if (values.length > 1) {
                wrong.put(name, List.of("is given more than once"));
            } else if (!value.isEmpty()) {
                given.put(name, value);
            }
        });
        var search = new Reader(given, wrong).search();
        if (!wrong.isEmpty()) {
            throw EventRejected.ofFields(wrong);
        }
        return search;
    }

    /** Returns all hashes of all numbers that may be meant; none if no number is. */
    byte[][] hashes(String typed) {
        return numbers.of(typed).stream()
                .flatMap(number -> Arrays.stream(hash.all(number)))
                .toArray(byte[][]::new);
    }

    /** Returns a phone number as it may be shown. */
    String masked(String typed) {
        return numbers.masked(typed);
    }

    private final class Reader {

        private final Map<String, String> given;
        private final Map<String, List<String>> wrong;

        Reader(Map<String, String> given, Map<String, List<String>> wrong) {
            this.given = given;
            this.wrong = wrong;
        }

        Search search() {
            var zone = zone();
            var days = zone == null ? ZoneOffset.UTC : zone;
            var search = new Search(zone);
            for (String name : List.of("sid", "event", "client")) {
                search.with(name, given.get(name));
            }
            search.with("eventId", identifier("eventId"));
            statuses(search);
            search.with("code", number("code", 1, 999_999));
            country(search);
            String sender = given.get("sender");
            // A plus that an address lost.
            search.with("sender", sender != null && sender.matches("\\d{8,15}") ? "+" + sender : sender);
            String reason = given.get("reason");
            search.with("reason", reason == null ? null : reason.toLowerCase(Locale.ROOT));
            ids(search);
            var limit = number("limit", 1, LONGEST_PAGE);
            search.with("limit", limit == null ? Search.PAGE : limit);
            search.with("from", first(latest(time("from", days, 0), since(days))));
            search.with("to", first(earliest(time("until", days, 1), time("to", days, 0))));
            search.with("after", id("after"));
            phone(search);
            return search;
        }

        private @Nullable ZoneId zone() {
            try {
                String name = given.getOrDefault("zone", "UTC");
                return name.equals("recipient") ? null : ZoneId.of(name);
            } catch (DateTimeException e) {
                wrong.put("zone", List.of("must be a time zone such as Europe/Berlin"));
                return ZoneOffset.UTC;
            }
        }

        private void statuses(Search search) {
            String word = given.get("status");
            if (word == null) {
                return;
            }
            var statuses = StatusGroup.of(word);
            if (statuses.isEmpty()) {
                wrong.put("status", List.of("must be a status, or a group of them such as not_delivered"));
            }
            search.with("statuses", statuses.stream().map(DeliveryStatus::word).toArray(String[]::new));
            search.with(
                    "stages",
                    statuses.stream().map(DeliveryStatus::stage).distinct().toArray(String[]::new));
        }

        private void country(Search search) {
            String text = given.get("country");
            if (text == null) {
                return;
            }
            String country = text.length() == 2 ? text.toUpperCase(Locale.ROOT) : text.toLowerCase(Locale.ROOT);
            if (!COUNTRY.matcher(country).matches()) {
                wrong.put("country", List.of("must be two letters such as US, or satellite"));
            }
            search.with("country", country);
        }

        /** Parses an id in the form in which intakes store it, whichever form its sender has written. */
        private @Nullable String identifier(String name) {
            try {
                return given.get(name) == null ? null : Identifier.of(name, given.get(name));
            } catch (EventRejected e) {
                wrong.putAll(e.details());
                return null;
            }
        }

        /** Parses event ids and delivery ids. */
        private void ids(Search search) {
            String text = given.get("ids");
            if (text == null) {
                return;
            }
            var ids = Stream.of(Normalizer.normalize(text, Normalizer.Form.NFC).split("[\\s,;]+"))
                    .filter(id -> !id.isEmpty())
                    .distinct()
                    .toList();
            if (ids.size() > MOST_IDS) {
                wrong.put("ids", List.of("must be " + MOST_IDS + " ids at most"));
            }
            search.with("listed", ids.toArray(String[]::new));
            search.with(
                    "listedIds",
                    ids.stream().filter(SearchBox.ID.asMatchPredicate()).toArray(String[]::new));
        }

        private void phone(Search search) {
            String phone = given.get("phone");
            if (phone == null) {
                return;
            }
            byte[][] hashes = hashes(phone);
            if (hashes.length == 0) {
                wrong.put("phone", List.of("must be a phone number such as +15558675310"));
            }
            search.with("phoneHashes", hashes);
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

        /** Parses a period up to now: hours, days, or the day that began in the zone. */
        private @Nullable Instant since(ZoneId zone) {
            String text = given.get("since");
            if (text == null) {
                return null;
            }
            var now = clock.instant();
            if (text.equals("today")) {
                return LocalDate.ofInstant(now, zone).atStartOfDay(zone).toInstant();
            }
            if (!text.matches("[1-9]\\d{0,2}[hd]")) {
                wrong.put("since", List.of("must be today, or hours or days such as 24h and 7d"));
                return null;
            }
            int many = Integer.parseInt(text.substring(0, text.length() - 1));
            return Times.hoursBefore(now, text.endsWith("d") ? 24 * many : many);
        }

        /**
         * Parses a time, or a day that begins in the zone. A blank before an offset was a plus.
         *
         * @param daysLater that are added to a day
         */
        private @Nullable Instant time(String name, ZoneId zone, int daysLater) {
            String text = given.get(name);
            if (text == null) {
                return null;
            }
            try {
                return text.length() == 10
                        ? LocalDate.parse(text)
                                .plusDays(daysLater)
                                .atStartOfDay(zone)
                                .toInstant()
                        : OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
            } catch (DateTimeException e) {
                wrong.put(name, List.of("must be a date such as 2026-11-23 or an RFC 3339 time"));
                return null;
            }
        }

        private static @Nullable Instant latest(@Nullable Instant one, @Nullable Instant other) {
            return one == null || other != null && other.isAfter(one) ? other : one;
        }

        private static @Nullable Instant earliest(@Nullable Instant one, @Nullable Instant other) {
            return one == null || other != null && other.isBefore(one) ? other : one;
        }

        private static @Nullable UUID first(@Nullable Instant at) {
            return at == null ? null : DeliveryId.first(at);
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
