package io.textonce.delivery;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Database access for what a person waits for: a lookup that waits for a slow query, or for a table that a migration has
 * locked, is worse than one that fails. A database that hangs cancels no query, so that the connection is given up a
 * moment later.
 */
public final class Lookups {

    private static final int LONGEST_QUERY_SECONDS = 5;
    private static final int LONGEST_SILENCE_MILLIS = 7_000;

    private Lookups() {}

    public static JdbcTemplate jdbc(@Nullable DataSource dataSource) {
        var jdbc = new JdbcTemplate(Objects.requireNonNull(dataSource)) {
            /** Sets the time-out of the connection, too, which the pool sets back when it is returned. */
            @Override
            protected void applyStatementSettings(Statement statement) throws SQLException {
                super.applyStatementSettings(statement);
                statement.getConnection().setNetworkTimeout(Runnable::run, LONGEST_SILENCE_MILLIS);
            }
        };
        jdbc.setQueryTimeout(LONGEST_QUERY_SECONDS);
        return jdbc;
    }
}
