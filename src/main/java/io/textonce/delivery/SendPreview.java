package io.textonce.delivery;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Preview of the send rules: what they would decide about stored messages if these were sent now. */
@Component
public final class SendPreview {

    private static final String FIND = """
            WITH due AS (
                SELECT id, now() AS due_at FROM textonce.deliveries WHERE id = ANY (?) AND phone IS NOT NULL
            )
            SELECT
            """ + DueLeases.COLUMNS + """
            FROM textonce.deliveries AS d JOIN due ON d.id = due.id
            """;

    private final JdbcTemplate jdbc;
    private final SendRules rules;

    SendPreview(JdbcTemplate jdbc, SendRules rules) {
        this.jdbc = jdbc;
        this.rules = rules;
    }

    /** Returns the decisions by delivery; none about a delivery whose number is no longer stored. */
    public Map<UUID, SendDecision> decide(Collection<UUID> deliveries) {
        var now = new Lease(Duration.ZERO);
        var decisions = new HashMap<UUID, SendDecision>();
        jdbc.query(FIND, (row, n) -> DueDelivery.read(row, now), (Object) deliveries.toArray(UUID[]::new))
                .forEach(due -> decisions.put(due.id(), rules.again(due)));
        return decisions;
    }
}
