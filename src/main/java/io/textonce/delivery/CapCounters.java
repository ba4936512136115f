package io.textonce.delivery;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Striped counters of caps, exact over all instances. Each counter may count up to its quota, and the quotas of a cap
 * never exceed its limit together; so a claim usually counts in one counter of many, and rarely waits for another claim.
 * Only when a quota is used up are all counters locked, in one order, and what is free is shared out anew.
 *
 * <p>What is shared out ends one short of the warning threshold, and then of the limit, so that the claim that reaches
 * either finds it with all counters locked.
 */
final class CapCounters {

    private static final int STRIPES = 16;

    private static final String OPEN = """
            WITH cap AS (
                INSERT INTO textonce.caps (name, starts_at, configured_limit) VALUES (?, ?, ?)
                ON CONFLICT DO NOTHING
            )
            INSERT INTO textonce.cap_counters (name, starts_at, stripe)
            SELECT ?, ?, stripe FROM generate_series(1, %d) AS stripe
            ON CONFLICT DO NOTHING
            """.formatted(STRIPES);

    /** Count of a batch in one counter of each cap, which are locked: of all or of none. */
    private static final String COUNT = """
            WITH mine AS (
                SELECT c.name, c.starts_at, c.stripe, t.units, c.used + t.units <= c.quota AS has_room
                FROM unnest(?, ?, ?) AS t(name, starts_at, units) JOIN textonce.cap_counters AS c USING (name, starts_at)
                WHERE c.stripe = ?
            )
            UPDATE textonce.cap_counters AS c
            SET used = c.used + mine.units
            FROM mine
            WHERE c.name = mine.name AND c.starts_at = mine.starts_at AND c.stripe = mine.stripe
              AND (SELECT bool_and(has_room) FROM mine)
            """;

    private static final String LOCK = """
            SELECT FROM unnest(?, ?) AS t(name, starts_at)
                JOIN textonce.cap_counters AS c USING (name, starts_at)
            WHERE c.stripe BETWEEN ? AND ?
            ORDER BY c.name, c.stripe FOR UPDATE OF c
            """;

    private static final String READ = """
            SELECT c.name, c.starts_at, c.configured_limit + c.raised_by AS limit, c.warned_at IS NOT NULL AS warned,
                c.reached_at IS NOT NULL AS reached,
                (SELECT sum(used) FROM textonce.cap_counters AS u WHERE u.name = c.name AND u.starts_at = c.starts_at) AS used
            FROM unnest(?, ?) AS t(name, starts_at) JOIN textonce.caps AS c USING (name, starts_at)
            """;

    private static final String SHARE = """
            UPDATE textonce.cap_counters AS c
            SET used = c.used + CASE WHEN c.stripe = 1 THEN t.units ELSE 0 END,
                quota = c.used + CASE WHEN c.stripe = 1 THEN t.units ELSE 0 END
                    + t.free / %1$d + CASE WHEN c.stripe <= t.free %% %1$d THEN 1 ELSE 0 END
            FROM unnest(?, ?, ?, ?) AS t(name, starts_at, units, free)
            WHERE c.name = t.name AND c.starts_at = t.starts_at
            """.formatted(STRIPES);

    private static final String WITHDRAW = """
            UPDATE textonce.cap_counters SET quota = used WHERE name = ? AND starts_at = ?
            """;

    private static final String CONFIGURE = """
            UPDATE textonce.caps SET configured_limit = ? WHERE name = ? AND starts_at = ? AND configured_limit <> ?
            """;

    /** Periods of before are of no use any more than the deliveries that they counted. */
    private static final String PURGE =
            "DELETE FROM textonce.caps WHERE name = ? AND starts_at < now() - interval '400 d'";

    private final JdbcTemplate jdbc;
    private final Set<Use.Key> open = ConcurrentHashMap.newKeySet();

    CapCounters(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Makes the counters of a period on its first use, outside of the transaction that counts: it locks their rows. */
    void open(Cap cap, Instant startsAt) {
        var key = cap.key(startsAt);
        if (open.contains(key)) {
            return;
        }
        create(cap, startsAt);
        var starts = Timestamp.from(startsAt);
        long limit = cap.settings().limit();
        if (jdbc.update(CONFIGURE, limit, cap.name(), starts, limit) > 0) {
            // A quota of the former limit may be above the new one.
            jdbc.update(WITHDRAW, cap.name(), starts);
        }
        jdbc.update(PURGE, cap.name());
        open.add(key);
    }

    /** Makes the counters of a period if they are missing; a database server that has forgotten commits may lack them. */
    void create(Cap cap, Instant startsAt) {
        var starts = Timestamp.from(startsAt);
        jdbc.update(OPEN, cap.name(), starts, cap.settings().limit(), cap.name(), starts);
    }

    /** Returns one of the counters that each cap has. */
    static int anyStripe() {
        return ThreadLocalRandom.current().nextInt(STRIPES) + 1;
    }

    /** Counts units of each cap in a locked counter, unless that would take sharing out anew; then nothing is counted. */
    boolean count(Map<Use.Key, Long> units, int stripe) {
        return jdbc.update(keys(units.keySet()).add("int8", units::get).in(COUNT, stripe)) == units.size();
    }

    /**
     * Locks counters of caps until the transaction ends.
     *
     * @param stripe the one counter of each, or null for all
     */
    void lock(Collection<Use.Key> caps, @Nullable Integer stripe) {
        if (!caps.isEmpty()) {
            int first = stripe == null ? 1 : stripe;
            int last = stripe == null ? STRIPES : stripe;
            jdbc.query(keys(caps).in(LOCK, first, last), row -> {});
        }
    }

    /** Returns what the counters of caps have counted. */
    Map<Use.Key, Use> read(Collection<Use.Key> caps) {
        var uses = new LinkedHashMap<Use.Key, Use>();
        jdbc.query(keys(caps).in(READ), row -> {
            var use = use(row);
            uses.put(use.key(), use);
        });
        return uses;
    }

    /** Counts more units of caps whose counters are locked, and shares out what is free. */
    void share(Collection<Use> before, Map<Use.Key, Long> more) {
        var keys = before.stream().map(Use::key).toList();
        var uses = new LinkedHashMap<Use.Key, Use>();
        before.forEach(use -> uses.put(use.key(), use));
        jdbc.update(keys(keys)
                .add("int8", key -> more.getOrDefault(key, 0L))
                .add(
                        "int8",
                        key -> uses.get(key).plus(more.getOrDefault(key, 0L)).free())
                .in(SHARE));
    }

    private static Columns<Use.Key> keys(Collection<Use.Key> keys) {
        return new Columns<>(List.copyOf(keys)).add("text", Use.Key::name).add("timestamptz", Use.Key::startsAt);
    }

    private static Use use(ResultSet row) throws SQLException {
        return new Use(
                new Use.Key(row.getString("name"), row.getTimestamp("starts_at").toInstant()),
                row.getLong("used"),
                row.getLong("limit"),
                row.getBoolean("warned"),
                row.getBoolean("reached"));
    }

    /**
     * Use of a cap in a period.
     *
     * @param warned whether subscribers know that its warning threshold was reached
     * @param reached whether they know that its limit was
     */
    record Use(Key key, long used, long limit, boolean warned, boolean reached) {

        /** Percentage of the limit from which on operators are warned. */
        private static final long WARNING = 80;

        Use plus(long units) {
            return new Use(key, used + units, limit, warned, reached);
        }

        boolean isNearLimit() {
            return used * 100 >= limit * WARNING;
        }

        boolean isAtLimit() {
            return used >= limit;
        }

        boolean has(long units) {
            return used + units <= limit;
        }

        /** Returns what may be counted until a threshold is reached. */
        private long free() {
            long threshold = isNearLimit() ? limit : (limit * WARNING + 99) / 100;
            return Math.max(0, threshold - 1 - used);
        }

        static Use none(Cap cap, Instant now) {
            return new Use(cap.key(now), 0, cap.settings().limit(), false, false);
        }

        /** @param startsAt beginning of the period */
        record Key(String name, Instant startsAt) implements Comparable<Key> {

            @Override
            public int compareTo(Key other) {
                return Comparator.comparing(Key::name)
                        .thenComparing(Key::startsAt)
                        .compare(this, other);
            }
        }
    }
}
