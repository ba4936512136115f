package io.textonce.peer;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.stereotype.Component;

/**
 * Probe of the database, since an idle instance calls it rarely; the pool reports the outcome. A database that responds
 * and accepts no writes is unavailable, too: no event can be claimed. So is one whose tables can't grow, which a failed
 * statement shows and the probe then checks. An outage lasts until each pool has a connection again.
 */
@Component
final class DatabaseProbe {

    private static final int TIMEOUT_SECONDS = 2;

    /** Writes about a hundred pages, which no commit follows: a row may fit into a page that has room. */
    private static final String GROW = "CREATE TEMP TABLE room ON COMMIT DROP AS SELECT generate_series(1, 20000)";

    private final Peer database;

    DatabaseProbe(PeerMonitor peers, DataSource dataSource, List<HikariDataSource> pools) {
        database = peers.database();
        database.confirmRecovery();
        peers.probe(database, () -> {
            try {
                if (hasRecovered(dataSource) && canConnect(pools)) {
                    database.usable();
                }
            } catch (SQLTransientConnectionException e) {
                // Reported by the pool, unless it is exhausted.
            }
        });
    }

    /**
     * Checks one connection, and returns whether the database was of no use and is again. The connection is given back
     * before others are needed: it may be the only one of its pool.
     */
    private boolean hasRecovered(DataSource dataSource) throws SQLException {
        try (var connection = dataSource.getConnection()) {
            if (!connection.isValid(TIMEOUT_SECONDS)) {
                database.failed("No response within " + TIMEOUT_SECONDS + " s");
                return false;
            }
            if (isReadOnly(connection)) {
                database.unusable("It accepts no writes (transaction_read_only is on)");
                return false;
            }
            return !database.isUsable() && hasRoom(connection);
        }
    }

    /** A pool pauses up to 5 s between attempts, which is longer than its callers wait for a connection. */
    private static boolean canConnect(List<HikariDataSource> pools) throws SQLException {
        for (var pool : pools) {
            pool.getConnection().close();
        }
        return true;
    }

    /** Returns whether a table can grow, also where that can't be checked; the pool reports one that can't. */
    private static boolean hasRoom(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute(GROW);
            return true;
        } catch (SQLException e) {
            return !ConnectionPool.isOfRoom(e);
        } finally {
            connection.rollback();
        }
    }

    /** True of a standby, and of a primary that its provider has made read-only, as some do before its disk is full. */
    private static boolean isReadOnly(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT current_setting('transaction_read_only')")) {
            return rows.next() && "on".equals(rows.getString(1));
        }
    }
}
