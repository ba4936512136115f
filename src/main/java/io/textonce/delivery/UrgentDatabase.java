package io.textonce.delivery;

import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Database access of one-time codes and incidents, which never wait for the connections of the rest. */
@Component
public final class UrgentDatabase {

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;

    UrgentDatabase(@Qualifier("urgentDataSource") DataSource dataSource) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
    }

    public JdbcTemplate jdbc() {
        return jdbc;
    }

    public TransactionTemplate transaction() {
        return transaction;
    }
}
