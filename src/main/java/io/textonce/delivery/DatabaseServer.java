package io.textonce.delivery;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Recognition of the database's server on each new connection, before the connection is used. A timeline or a system
 * identifier that is new to these tables, or an acknowledged claim that they do not have, shows that the server may lack the
 * newest commits: restore mode begins, once for all instances. Settings that make a server lose commits are logged and
 * shown by the health endpoint.
 */
final class DatabaseServer implements HealthIndicator {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseServer.class);

    private static final String READ = """
            SELECT pg_is_in_recovery() AS is_standby, CAST(pg_postmaster_start_time() AS text) AS started_at,
                current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
                current_setting('synchronous_commit') AS synchronous_commit
            """;

    /** The timeline is that of the next commit: the one of the last checkpoint is older for minutes after a failover. */
    private static final String IDENTITY = """
            SELECT system_identifier || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8) FROM pg_control_system()
            """;

    /** The rows are those from before the statement: an empty table has no server that this one could follow. */
    private static final String REGISTER = """
            WITH registered AS (
                INSERT INTO textonce.database_servers (server) VALUES (?) ON CONFLICT DO NOTHING RETURNING server
            )
            SELECT EXISTS (SELECT FROM registered) AND EXISTS (SELECT FROM textonce.database_servers)
            """;

    private final WriteMemory memory;
    private final Runnable changed;
    private volatile @Nullable RestoreMode restore;
    private volatile @Nullable Server current;

    /** @param changed begins to put back what the server has forgotten, if anything */
    DatabaseServer(WriteMemory memory, Runnable changed) {
        this.memory = memory;
        this.changed = changed;
    }

    /** Returns a source of connections to a server that is recognized. */
    DataSource recognized(DataSource driver) {
        return new DelegatingDataSource(driver) {
            @Override
            public Connection getConnection() throws SQLException {
                return recognize(super.getConnection());
            }

            @Override
            public Connection getConnection(String username, String password) throws SQLException {
                return recognize(super.getConnection(username, password));
            }
        };
    }

    /** Begins with the next new connection: the tables are there from now on. */
    void begin(RestoreMode mode) {
        restore = mode;
    }

    private Connection recognize(Connection connection) throws SQLException {
        var mode = restore;
        if (mode != null) {
            try {
                var single = new SingleConnectionDataSource(connection, true);
                var server = read(new JdbcTemplate(single));
                if (!server.equals(current)) {
                    become(server, mode, single);
                }
            } catch (RuntimeException e) {
                connection.close();
                throw new SQLException("The database's server could not be recognized", e);
            }
        }
        return connection;
    }

    private synchronized void become(Server server, RestoreMode mode, DataSource single) {
        if (server.equals(current)) {
            return;
        }
        if (!server.isStandby) {
            new TransactionTemplate(new BoundedTransactionManager(single))
                    .executeWithoutResult(transaction -> compare(server, mode, new JdbcTemplate(single)));
        }
        server.dangers().forEach(danger -> LOG.warn("PostgreSQL: {}", danger));
        boolean isFirst = current == null;
        current = server;
        memory.changeServer();
        if (!isFirst) {
            changed.run();
        }
    }

    /** All instances wait for the first one here, and then read what it has begun. */
    private void compare(Server server, RestoreMode mode, JdbcTemplate jdbc) {
        boolean isNew = server.identity != null
                && Boolean.TRUE.equals(jdbc.queryForObject(REGISTER, Boolean.class, server.identity));
        int forgotten = memory.forgottenBy(jdbc).size();
        boolean begins = (isNew || forgotten > 0) && mode.begin(jdbc, server.key());
        mode.read(jdbc);
        if (begins) {
            LOG.warn(
                    "The database may lack its newest commits: {}. {} claims are missing. Until {}, each message is looked up"
                            + " at Twilio before it is sent",
                    isNew ? "its server has a new timeline, as after a failover or a restore" : "it was restored",
                    forgotten,
                    mode.until());
        } else if (forgotten > 0) {
            LOG.warn("The database has lost {} claims of this instance, which are put back", forgotten);
        }
    }

    private static Server read(JdbcTemplate jdbc) {
        return Objects.requireNonNull(jdbc.queryForObject(READ, (row, n) -> {
            boolean isStandby = row.getBoolean("is_standby");
            return new Server(isStandby ? null : identity(jdbc), row.getString("started_at"), isStandby, losses(row));
        }));
    }

    /** Returns null where the functions may not be called, or where a provider does not have them. */
    private static @Nullable String identity(JdbcTemplate jdbc) {
        try {
            return jdbc.queryForObject(IDENTITY, String.class);
        } catch (DataAccessException e) {
            if (DatabaseFault.isOfConnection(e)) {
                throw e;
            }
            return null;
        }
    }

    private static List<String> losses(ResultSet row) throws SQLException {
        var losses = new ArrayList<String>();
        if (row.getString("fsync").equals("off")) {
            losses.add("fsync is off, so a crash of its machine can lose or destroy everything");
        }
        if (row.getString("full_page_writes").equals("off")) {
            losses.add("full_page_writes is off, so a crash of its machine can destroy pages");
        }
        if (row.getString("synchronous_commit").equals("off")) {
            losses.add(
                    "synchronous_commit is off, so a crash of the server can lose claims and then duplicate messages");
        }
        return losses;
    }

    @Override
    public Health health() {
        var server = current;
        var health = server == null || server.isStandby ? Health.unknown() : Health.up();
        if (server != null) {
            health.withDetail("server", server.key()).withDetail("dangers", server.dangers());
        }
        var mode = restore;
        if (mode != null && mode.until() != null) {
            health.withDetail("restoreModeUntil", mode.until());
        }
        return health.build();
    }

    /**
     * Server of the database.
     *
     * @param identity system identifier and timeline, null if they can't be read
     * @param startedAt start of its process
     * @param losses settings by which it can lose commits
     */
    private record Server(@Nullable String identity, String startedAt, boolean isStandby, List<String> losses) {

        String key() {
            return identity + " since " + startedAt;
        }

        List<String> dangers() {
            var dangers = new ArrayList<>(losses);
            if (isStandby) {
                dangers.add(
                        "it is a standby, which accepts no claim; name the primary, or add targetServerType=primary to"
                                + " the URL");
            } else if (identity == null) {
                dangers.add(
                        "its timeline can't be read, so after a failover or a restore TEXTONCE_RESTORED_TO must be set");
            }
            return dangers;
        }
    }
}
