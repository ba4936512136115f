package io.textonce.console;

import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Database access of the pages: one that waits for a slow query is worse than one without its number. */
@Component
final class ConsoleDatabase {

    private static final int LONGEST_QUERY_SECONDS = 5;

    private final JdbcTemplate jdbc;

    ConsoleDatabase(DataSource dataSource) {
        this.jdbc = new JdbcTemplate(dataSource);
        jdbc.setQueryTimeout(LONGEST_QUERY_SECONDS);
    }

    JdbcTemplate jdbc() {
        return jdbc;
    }
}
