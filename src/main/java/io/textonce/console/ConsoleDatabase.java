package io.textonce.console;

import io.textonce.delivery.Lookups;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Database access of the pages and of the API for operators. */
@Component
final class ConsoleDatabase {

    private final JdbcTemplate jdbc;

    ConsoleDatabase(DataSource dataSource) {
        this.jdbc = Lookups.jdbc(dataSource);
    }

    JdbcTemplate jdbc() {
        return jdbc;
    }
}
