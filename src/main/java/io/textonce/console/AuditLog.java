package io.textonce.console;

import io.textonce.delivery.DeliveryId;
import io.textonce.privacy.PersonalDataMask;
import io.textonce.security.OperatorAct;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;

/** Audit log of the operators: what each did, and whose messages each saw. A page that can't be recorded is not shown. */
@Component
class AuditLog {

    /** Verbs of the entries. */
    static final List<String> VERBS = List.of(
            "searched",
            "viewed",
            "exported",
            "canceled",
            "discarded",
            "released",
            "resent",
            "undone",
            "erased",
            "imported",
            "raised",
            "reset",
            "stopped",
            "started",
            "suspended",
            "resumed",
            "replayed",
            "skipped",
            "tested");

    private static final String ADD = """
            INSERT INTO textonce.audit_entries (id, actor, verb, phone_masked, phone_hash, detail)
            VALUES (?, ?, ?, ?, ?, ?)
            """;

    private static final String ADD_OF_DELIVERY = """
            INSERT INTO textonce.audit_entries (id, actor, verb, delivery_id, phone_masked, phone_hash, detail)
            SELECT ?, ?, ?, d.id, nullif(d.phone_masked, ''), nullif(d.phone_hash, ''), ?
            FROM textonce.deliveries AS d WHERE d.id = ?
            """;

    private static final String FIND = """
            SELECT id, happened_at, actor, verb, delivery_id, phone_masked, detail FROM textonce.audit_entries
            WHERE (CAST(:actor AS text) IS NULL OR actor = :actor)
              AND (CAST(:verb AS text) IS NULL OR verb = :verb)
              AND (CAST(:from AS uuid) IS NULL OR id >= :from)
              AND (CAST(:before AS uuid) IS NULL OR id < :before)
            ORDER BY id DESC LIMIT :most
            """;

    private final JdbcTemplate jdbc;
    private final Clock clock;

    AuditLog(ConsoleDatabase database, Clock clock) {
        this.jdbc = database.jdbc();
        this.clock = clock;
    }

    /** Records what was done that concerns no single delivery. */
    void record(
            @Nullable String user,
            String verb,
            @Nullable String phoneMasked,
            byte @Nullable [] phoneHash,
            @Nullable String detail) {
        jdbc.update(ADD, id(), OperatorAct.actor(user), verb, phoneMasked, phoneHash, shown(detail));
    }

    /** Records what was done elsewhere. */
    @EventListener
    void record(OperatorAct act) {
        record(act.user(), act.verb(), act.phoneMasked(), act.phoneHash(), act.detail());
    }

    /** Records what was done with a delivery. */
    void record(@Nullable String user, String verb, UUID delivery, @Nullable String detail) {
        jdbc.update(ADD_OF_DELIVERY, id(), OperatorAct.actor(user), verb, shown(detail), delivery);
    }

    private UUID id() {
        return DeliveryId.next(clock.millis());
    }

    private static @Nullable String shown(@Nullable String detail) {
        return detail == null ? null : PersonalDataMask.mask(detail);
    }

    /** Returns the newest entries that match. */
    List<Entry> find(
            @Nullable String actor, @Nullable String verb, @Nullable UUID from, @Nullable UUID before, int most) {
        var criteria = new MapSqlParameterSource("actor", actor)
                .addValue("verb", verb)
                .addValue("from", from)
                .addValue("before", before)
                .addValue("most", most);
        return new NamedParameterJdbcTemplate(jdbc).query(FIND, criteria, AuditLog::entry);
    }

    private static Entry entry(ResultSet row, int number) throws SQLException {
        return new Entry(
                row.getObject("id", UUID.class),
                row.getTimestamp("happened_at").toInstant(),
                row.getString("actor"),
                row.getString("verb"),
                row.getObject("delivery_id", UUID.class),
                row.getString("phone_masked"),
                row.getString("detail"));
    }

    /** Entry of the audit log. */
    public record Entry(
            UUID id,
            Instant at,
            String actor,
            String verb,
            @Nullable UUID delivery,
            @Nullable String phone,
            @Nullable String detail) {}
}
