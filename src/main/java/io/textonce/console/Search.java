package io.textonce.console;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Search criteria: the parameters of {@code delivery-find.sql}. All must match; an absent one matches everything. */
final class Search {

    static final int PAGE = 50;

    private static final List<String> CRITERIA = List.of(
            "ids",
            "sid",
            "eventId",
            "phoneHashes",
            "statuses",
            "stages",
            "event",
            "client",
            "code",
            "country",
            "sender",
            "reason",
            "listed",
            "listedIds",
            "from",
            "to",
            "after");

    private final Map<String, @Nullable Object> row = new HashMap<>();
    private final @Nullable ZoneId zone;

    Search(@Nullable ZoneId zone) {
        this.zone = zone;
        CRITERIA.forEach(name -> row.put(name, null));
        row.put("timeline", true);
        row.put("limit", PAGE);
    }

    /** Returns the search for one delivery. */
    static Search byId(UUID id) {
        return byIds(List.of(id));
    }

    /** Returns the search for deliveries that were found otherwise. */
    static Search byIds(Collection<UUID> ids) {
        return new Search(ZoneOffset.UTC)
                .with("ids", ids.stream().map(UUID::toString).toArray(String[]::new));
    }

    /** Returns the search for the next page. */
    Search after(@Nullable UUID id, int limit) {
        return copy().with("after", id).with("limit", limit);
    }

    /** Returns the search without timelines, limited. */
    Search bare(int limit) {
        return copy().with("timeline", false).with("limit", limit);
    }

    private Search copy() {
        var copy = new Search(zone);
        copy.row.putAll(row);
        return copy;
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
}
