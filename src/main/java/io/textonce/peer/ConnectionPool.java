package io.textonce.peer;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/**
 * Connection pool that reports to the monitor of peers whether the database can be reached, and has room for what it
 * stores. A pool whose connections are all in use reports nothing: then the instance is overloaded, and the database is
 * not unavailable.
 */
public final class ConnectionPool extends HikariDataSource {

    private final Peer database;
    private final Runnable inUse;

    public ConnectionPool(Peer database) {
        this.database = database;
        this.inUse = () -> {};
    }

    /**
     * Starts the pool at once.
     *
     * @param inUse called with each use
     */
    public ConnectionPool(Peer database, HikariConfig config, Runnable inUse) {
        super(config);
        this.database = database;
        this.inUse = inUse;
    }

    @Override
    public Connection getConnection() throws SQLException {
        inUse.run();
        try {
            var connection = super.getConnection();
            database.succeeded();
            return connection;
        } catch (SQLTransientConnectionException e) {
            if (e.getCause() != null || !isExhausted()) {
                database.failed(Causes.of(e));
            }
            throw e;
        } catch (SQLException e) {
            database.failed(Causes.of(e));
            throw e;
        }
    }

    /** Reports a server without room for a statement, which others may succeed on; {@link DatabaseProbe} finds its end. */
    @Override
    public SQLExceptionOverride getExceptionOverride() {
        return new SQLExceptionOverride() {
            @java.lang.Override
            public Override adjudicate(SQLException failure) {
                if (isOfRoom(failure)) {
                    database.unusable(Causes.of(failure));
                }
                return Override.CONTINUE_EVICT;
            }
        };
    }

    /** Returns whether the disk, the memory or a limit of the server is exhausted: class 53 of SQLSTATE. */
    static boolean isOfRoom(SQLException failure) {
        return String.valueOf(failure.getSQLState()).startsWith("53");
    }

    private boolean isExhausted() {
        var pool = getHikariPoolMXBean();
        return pool != null && pool.getTotalConnections() >= getMaximumPoolSize();
    }
}
