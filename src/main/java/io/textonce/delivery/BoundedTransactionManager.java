package io.textonce.delivery;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionDefinition;

/**
 * Transaction manager with a bound for the silence of an instance: PostgreSQL ends a transaction whose instance stands
 * still. Otherwise its locks would remain, and all subscribers would wait, since entries of the
 * timeline are published once older transactions have ended. The bound ends with the transaction, so that PgBouncer may
 * give the session to another client.
 */
@Component("transactionManager")
final class BoundedTransactionManager extends JdbcTransactionManager {

    private static final long serialVersionUID = 1L;

    /** The longest work in a transaction is an erasure that has Twilio redact each message of a person. */
    private static final String BOUND = "SET LOCAL idle_in_transaction_session_timeout = '5min'";

    BoundedTransactionManager(DataSource dataSource) {
        super(dataSource);
    }

    @Override
    protected void prepareTransactionalConnection(Connection connection, TransactionDefinition definition)
            throws SQLException {
        super.prepareTransactionalConnection(connection, definition);
        try (var statement = connection.createStatement()) {
            statement.execute(BOUND);
        }
    }
}
