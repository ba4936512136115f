package io.textonce.peer;

import com.zaxxer.hikari.HikariDataSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Check at startup whether PostgreSQL has room for the connections of all running instances under load. Idle ones hold few,
 * so the lack would show only at the worst time.
 */
@Component
final class ConnectionLimit {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimit.class);

    /** An instance is known by its address. */
    private static final String LIMIT = """
            SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS room,
                (SELECT count(DISTINCT client_addr) FROM pg_stat_activity WHERE application_name = 'textonce') AS instances
            """;

    private final JdbcTemplate jdbc;
    private final int most;

    @Autowired
    ConnectionLimit(JdbcTemplate jdbc, List<HikariDataSource> pools) {
        this(jdbc, pools.stream().mapToInt(HikariDataSource::getMaximumPoolSize).sum());
    }

    /** @param most largest number of connections of one instance */
    ConnectionLimit(JdbcTemplate jdbc, int most) {
        this.jdbc = jdbc;
        this.most = most;
    }

    @EventListener(ApplicationReadyEvent.class)
    void check() {
        try {
            var warning = warning();
            if (warning != null) {
                LOG.warn(warning);
            }
        } catch (DataAccessException e) {
            LOG.debug("The limit of connections could not be read", e);
        }
    }

    @Nullable
    String warning() {
        return jdbc.queryForObject(LIMIT, (row, n) -> {
            int room = row.getInt("room");
            int instances = Math.max(1, row.getInt("instances"));
            return instances * most <= room
                    ? null
                    : "PostgreSQL allows " + room + " connections, and " + instances + " instances need up to "
                            + instances * most + " under load";
        });
    }
}
