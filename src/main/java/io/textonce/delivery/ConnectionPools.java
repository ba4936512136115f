package io.textonce.delivery;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.DriverDataSource;
import io.textonce.peer.Activity;
import io.textonce.peer.ConnectionPool;
import io.textonce.peer.PeerMonitor;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.datasource.UserCredentialsDataSourceAdapter;
import org.springframework.stereotype.Component;

/**
 * Factory of the connection pools. A new connection is made with the user and the password that the settings have at that
 * time, so both are rotated without a restart, and its server is recognized before it is used.
 */
@Component
final class ConnectionPools {

    /**
     * A statement finds its rows by their keys, whatever the tables hold, so it is planned once; PostgreSQL would go on
     * planning it for each text while few share one, which takes longer than the statement. A plan made while a table is
     * new would read all of it, and be kept for long after it has grown.
     */
    static final String ONE_PLAN = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off";

    /**
     * A row that is locked for longer fails its own item alone, and its caller tries again. It holds up the items that
     * share the statement for as long, so it is well below the 3 s that Twilio waits for the answer to a callback. Of the
     * few connections for urgent work, a busy number's starts and alerts would otherwise take all, and all others wait.
     */
    private static final String NO_LONG_WAIT = " -c lock_timeout=500ms";

    /** PostgreSQL frees the sessions and locks of a machine that is gone after a minute and a half, instead of two hours. */
    private static final String NO_LOST_MACHINE =
            "-c tcp_keepalives_idle=60 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3";

    /**
     * Claims under a cap and incidents wait for the locks of an instance that stands still in the middle of a transaction
     * until PostgreSQL ends it.
     */
    private static final String NO_LONG_SILENCE = " -c idle_in_transaction_session_timeout=30s";

    /** Batches need no more. */
    private static final int FEW = 8;

    /** Part of the largest number of connections that is reserved for urgent work. */
    private static final int RESERVED_PART = 8;

    private final HikariConfig settings;
    private final Environment environment;
    private final DatabaseServer server;
    private final PeerMonitor peers;
    private final Activity activity;

    ConnectionPools(
            @Qualifier("poolSettings") HikariConfig settings,
            Environment environment,
            DatabaseServer server,
            PeerMonitor peers,
            Activity activity) {
        this.settings = settings;
        this.environment = environment;
        this.server = server;
        this.peers = peers;
        this.activity = activity;
    }

    HikariDataSource general() {
        var pool = new ConnectionPool(peers.database());
        var config = config(withOptions(""));
        config.setMaximumPoolSize(Math.max(1, settings.getMaximumPoolSize() - reserved()));
        config.copyStateTo(pool);
        return pool;
    }

    HikariDataSource urgent() {
        var config = config(withOptions(NO_LONG_WAIT + NO_LONG_SILENCE));
        config.setPoolName("urgent");
        config.setMaximumPoolSize(reserved());
        config.setMinimumIdle(1);
        return new ConnectionPool(peers.database(), config, () -> {});
    }

    private int reserved() {
        return Math.max(1, settings.getMaximumPoolSize() / RESERVED_PART);
    }

    /**
     * Creates a small pool. Its settings are those of the start of a session: a SET would remain in a session that
     * PgBouncer gives to another client after the transaction.
     */
    HikariDataSource few(String name) {
        var config = config(withOptions(" " + ONE_PLAN + NO_LONG_WAIT + NO_LONG_SILENCE));
        config.setPoolName(name);
        config.setMaximumPoolSize(Math.min(FEW, settings.getMaximumPoolSize()));
        config.setMinimumIdle(1);
        return new ConnectionPool(peers.database(), config, activity::mark);
    }

    private Properties withOptions(String options) {
        var properties = new Properties();
        properties.putAll(settings.getDataSourceProperties());
        properties.setProperty("options", NO_LOST_MACHINE + options);
        return properties;
    }

    private HikariConfig config(Properties properties) {
        var config = new HikariConfig();
        settings.copyStateTo(config);
        config.setDataSource(server.recognized(driver(properties)));
        // Else the pool would connect with those of the start.
        config.setUsername(null);
        config.setPassword(null);
        return config;
    }

    private DataSource driver(Properties properties) {
        var current = new UserCredentialsDataSourceAdapter() {
            @Override
            protected Connection doGetConnection(@Nullable String user, @Nullable String password) throws SQLException {
                return super.doGetConnection(
                        current("username", settings.getUsername()), current("password", settings.getPassword()));
            }
        };
        current.setTargetDataSource(new DriverDataSource(
                settings.getJdbcUrl(),
                settings.getDriverClassName(),
                properties,
                settings.getUsername(),
                settings.getPassword()));
        return current;
    }

    private @Nullable String current(String name, @Nullable String atStart) {
        String ofPool = environment.getProperty("spring.datasource.hikari." + name);
        String value = ofPool == null ? environment.getProperty("spring.datasource." + name) : ofPool;
        return value == null ? atStart : value;
    }
}
