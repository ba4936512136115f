package io.textonce.console;

import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Database access of the pages: one that waits for a slow query is worse than one without its number. A database that
 * hangs cancels no query, so that the connection is given up a moment later.
 */
@Component
final class ConsoleDatabase {

    private static final int LONGEST_QUERY_SECONDS = 5;
    private static final int LONGEST_SILENCE_MILLIS = 7_000;

    private final JdbcTemplate jdbc;

    ConsoleDatabase(DataSource dataSource) {
        this.jdbc = new JdbcTemplate(dataSource) {
            /** Sets the time-out of the connection, too, which the pool sets back when it is returned. */
            @Override
            protected void applyStatementSettings(Statement statement) throws SQLException {
                super.applyStatementSettings(statement);
                statement.getConnection().setNetworkTimeout(Runnable::run, LONGEST_SILENCE_MILLIS);
            }
        };
        jdbc.setQueryTimeout(LONGEST_QUERY_SECONDS);
    }

    JdbcTemplate jdbc() {
        return jdbc;
    }
}
