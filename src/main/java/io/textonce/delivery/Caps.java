package io.textonce.delivery;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.CapCounters.Use;
import io.textonce.delivery.CountedClaim.Item;
import io.textonce.message.Sms;
import io.textonce.phone.PhoneHash;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Caps, counted exactly once for each message before it is sent: in the transaction of its claim, or in one of its own if
 * it was held. A message over a limit is held or rejected in that transaction, by the policy of the cap. What was counted
 * stays counted, whether or not Twilio takes the message.
 */
public final class Caps {

    private static final String BARRED = "textonce.caps.barred";

    private static final String IS_LEASED = "id = ? AND attempt = ? AND status = 'reserved'";
    private static final String IS_UNCOUNTED = IS_LEASED + " AND counted_at IS NULL";

    /** Mark of a message that was held, and whether it is new: one that was counted before is not counted again. */
    private static final String MARK = "UPDATE textonce.deliveries SET counted_at = coalesce(counted_at, now()) WHERE "
            + IS_LEASED + " RETURNING counted_at = now() AS is_new";

    /** The mark and the count in one statement, which is false if there was no room and so nothing was done. */
    private static final String MARK_AND_COUNT = "WITH " + CountedClaim.ROOM + "claimed AS ("
            + "UPDATE textonce.deliveries SET counted_at = now() WHERE " + IS_UNCOUNTED
            + " AND (SELECT is_left FROM room) RETURNING id AS claim_id, counted_at)" + CountedClaim.COUNTED
            + "SELECT is_left OR NOT EXISTS (SELECT FROM textonce.deliveries WHERE " + IS_UNCOUNTED + ") FROM room";

    /** A count of this transaction is undone. An earlier one stays, but no longer counts for the person. */
    private static final String BAR = """
            WITH barred AS (
                UPDATE textonce.deliveries AS d
                SET status = CASE WHEN cancel_requested_at IS NULL THEN t.status ELSE 'canceled' END,
                    due_at = CASE WHEN cancel_requested_at IS NULL THEN t.until END,
                    body = CASE WHEN cancel_requested_at IS NULL THEN body END,
                    reason = CASE WHEN cancel_requested_at IS NULL THEN t.detail ELSE d.reason END,
                    counted_at = CASE WHEN counted_at < now() THEN timestamptz '-infinity' END, updated_at = now()
                FROM unnest(?, ?, ?, ?) AS t(id, status, until, detail)
                WHERE d.id = t.id AND d.status = 'reserved'
                RETURNING d.id, d.status, d.reason, d.due_at
            )
            """ + Timeline.ENTRY + """
            SELECT id, 'decision', status, status, NULL, NULL, reason, NULL, due_at FROM barred
            """;

    private final JdbcTemplate jdbc;
    private final TransactionOperations transactions;
    private final List<Cap> caps;
    private final CapCounters counters;
    private final CapNotices notices;
    private final FrequencyCap frequency;
    private final PhoneHash phoneHash;
    private final MeterRegistry meters;
    private final Clock clock;

    Caps(
            JdbcTemplate jdbc,
            TransactionOperations transactions,
            List<Cap> caps,
            CapCounters counters,
            FrequencyCap frequency,
            PhoneHash phoneHash,
            MeterRegistry meters,
            Clock clock) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.caps = caps;
        this.counters = counters;
        this.notices = new CapNotices(jdbc);
        this.frequency = frequency;
        this.phoneHash = phoneHash;
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * Counts a leased message that is about to be sent, or holds or rejects it; either is recorded before this returns.
     *
     * @param now time of the clock that called it due
     */
    public SendDecision admit(Delivery leased, Sms sms, Instant now) {
        if (of(sms).isEmpty() && !frequency.isFor(sms)) {
            return SendDecision.SEND;
        }
        byte[][] hashes = phoneHash.all(sms.phone());
        return counting(List.of(new Item(leased.id(), sms, hashes, false)), now, count -> {
                    if (count == null) {
                        return jdbc.query(
                                MARK,
                                (row, n) -> new Item(leased.id(), sms, hashes, !row.getBoolean("is_new")),
                                leased.id(),
                                leased.attempt());
                    }
                    var isDone = jdbc.query(
                            count.columns()
                                    .in(
                                            MARK_AND_COUNT,
                                            count.stripe(),
                                            leased.id(),
                                            leased.attempt(),
                                            leased.id(),
                                            leased.attempt()),
                            (row, n) -> row.getBoolean(1));
                    return isDone.get(0) ? List.of() : null;
                })
                .getOrDefault(leased.id(), SendDecision.SEND);
    }

    /**
     * Claims messages and counts those that the claim has won, exactly once: in the statement of the claim if one counter
     * of each cap has room for them, otherwise in one transaction with it.
     *
     * @return decisions about those that are not to be sent now, which are recorded
     */
    Map<UUID, SendDecision> counting(List<Item> items, CountedClaim claim) {
        return counting(items, clock.instant(), claim);
    }

    private Map<UUID, SendDecision> counting(List<Item> items, Instant now, CountedClaim claim) {
        var units = items.stream()
                .flatMap(item -> of(item.sms()).stream()
                        .map(cap -> new CountedClaim.Units(item.id(), cap.key(now), cap.units(item.sms()))))
                .toList();
        boolean isForPersons = items.stream().anyMatch(item -> frequency.isFor(item.sms()));
        if (units.isEmpty() && !isForPersons) {
            claim.claim(null);
            return Map.of();
        }
        var used = items.stream()
                .flatMap(item -> of(item.sms()).stream())
                .distinct()
                .toList();
        used.forEach(cap -> counters.open(cap, cap.startsAt(now)));
        var keys = used.stream().map(cap -> cap.key(now)).toList();
        int stripe = CapCounters.anyStripe();
        var barred = isForPersons ? inTransaction(claim, now, keys, stripe) : atOnce(claim, units, stripe);
        if (barred != null) {
            return barred;
        }
        used.forEach(cap -> counters.create(cap, cap.startsAt(now)));
        return inTransaction(claim, now, keys, null);
    }

    private static @Nullable Map<UUID, SendDecision> atOnce(
            CountedClaim claim, List<CountedClaim.Units> units, int stripe) {
        return claim.claim(new CountedClaim.Count(units, stripe)) == null ? null : Map.of();
    }

    /** @param stripe the only counter of each cap that is used, and nothing is done without room there; null for all */
    private @Nullable Map<UUID, SendDecision> inTransaction(
            CountedClaim claim, Instant now, List<Use.Key> keys, @Nullable Integer stripe) {
        return transactions.execute(status -> {
            counters.lock(keys, stripe);
            var won = claim.claim(null);
            var barred = frequent(won, now);
            int frequent = barred.size();
            var counted = won.stream()
                    .filter(item -> !item.isCounted() && !barred.containsKey(item.id()))
                    .toList();
            var units = new TreeMap<Use.Key, Long>();
            counted.forEach(item ->
                    of(item.sms()).forEach(cap -> units.merge(cap.key(now), cap.units(item.sms()), Long::sum)));
            if (!units.isEmpty() && stripe == null) {
                countOneByOne(counted, units.keySet(), now, barred);
            } else if (!units.isEmpty() && !counters.count(units, stripe)) {
                status.setRollbackOnly();
                return null;
            }
            if (frequent > 0) {
                meters.counter(BARRED, "cap", "frequency").increment(frequent);
            }
            bar(barred);
            return barred;
        });
    }

    private void bar(Map<UUID, SendDecision> barred) {
        if (!barred.isEmpty()) {
            jdbc.update(new Columns<>(List.copyOf(barred.entrySet()))
                    .add("uuid", Map.Entry::getKey)
                    .add("text", entry -> entry.getValue().status())
                    .add("timestamptz", entry -> entry.getValue().until())
                    .add("text", entry -> entry.getValue().words())
                    .in(BAR));
        }
    }

    private Map<UUID, SendDecision> frequent(List<Item> items, Instant now) {
        var barred = new LinkedHashMap<UUID, SendDecision>();
        var persons = items.stream().filter(item -> frequency.isFor(item.sms())).toList();
        if (persons.isEmpty()) {
            return barred;
        }
        frequency.lock(persons);
        var counted = frequency.counted(persons);
        var batch = new HashMap<String, List<Instant>>();
        for (var item : persons) {
            var others = batch.computeIfAbsent(Arrays.toString(item.hashes()[0]), person -> new ArrayList<>());
            var all = new ArrayList<>(counted.getOrDefault(item.id(), List.of()));
            all.addAll(others);
            var decision = frequency.decide(item.sms(), all);
            if (decision == null) {
                others.add(now);
            } else {
                barred.put(item.id(), decision);
            }
        }
        return barred;
    }

    private void countOneByOne(
            List<Item> items, Collection<Use.Key> keys, Instant now, Map<UUID, SendDecision> barred) {
        var uses = counters.read(keys);
        var more = new HashMap<Use.Key, Long>();
        var over = new HashSet<Cap>();
        for (var item : items) {
            var own = of(item.sms());
            var full = own.stream()
                    .filter(cap -> !cap.exempts(item.sms())
                            && !uses.get(cap.key(now))
                                    .plus(more.getOrDefault(cap.key(now), 0L))
                                    .has(cap.units(item.sms())))
                    .toList();
            if (full.isEmpty()) {
                own.forEach(cap -> more.merge(cap.key(now), cap.units(item.sms()), Long::sum));
            } else {
                over.addAll(full);
                full.forEach(cap -> meters.counter(BARRED, "cap", cap.name()).increment());
                barred.put(
                        item.id(),
                        full.stream()
                                .map(cap -> cap.over(item.sms(), now))
                                .reduce(SendDecision::later)
                                .orElseThrow());
            }
        }
        counters.share(uses.values(), more);
        caps.stream()
                .filter(cap -> uses.containsKey(cap.key(now)))
                .forEach(cap -> notices.write(
                        cap, uses.get(cap.key(now)).plus(more.getOrDefault(cap.key(now), 0L)), over.contains(cap)));
    }

    private List<Cap> of(Sms sms) {
        return caps.isEmpty()
                ? caps
                : caps.stream().filter(cap -> cap.isFor(sms)).toList();
    }

    /**
     * Adds to a preview what the message would use, and what would follow: it is counted when it is sent, maybe in a later
     * period, and not at all if it is not sent for another reason.
     */
    void preview(EventPreview preview, Sms sms) {
        var before = preview.decision();
        boolean isCounted = before.isSend() || before.isHeld();
        var at = before.isHeld() && before.until() != null ? before.until() : preview.now();
        var decision = SendDecision.SEND;
        for (var cap : of(sms)) {
            var use = counters.read(List.of(cap.key(at))).getOrDefault(cap.key(at), Use.none(cap, at));
            preview.cap(Map.of(
                    "cap", cap.name(),
                    "used", use.used(),
                    "limit", use.limit(),
                    "unit", cap.unit(),
                    "needs", cap.units(sms),
                    "until", cap.endsAt(at).toString()));
            if (isCounted && !use.has(cap.units(sms)) && !cap.exempts(sms)) {
                decision = decision.later(cap.over(sms, at));
            }
        }
        preview.add("caps", decision);
        if (frequency.isFor(sms)) {
            var item = new Item(new UUID(0, 0), sms, phoneHash.all(sms.phone()), false);
            var counted = frequency.counted(List.of(item)).getOrDefault(item.id(), List.of());
            var barred = isCounted ? frequency.decide(sms, counted) : null;
            boolean isFree =
                    barred == null || barred.isHeld() && !barred.until().isAfter(at);
            preview.add("frequency", isFree ? SendDecision.SEND : barred);
        }
    }
}
