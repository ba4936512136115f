package io.textonce.delivery;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;

/**
 * Classification of a failed statement by its SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html):
 * Spring's own puts a lost connection and a value that is too long for an index into one class.
 */
final class DatabaseFault {

    private DatabaseFault() {}

    /** Returns whether the connection or the server failed, and not the statement: any other statement fails too. */
    static boolean isOfConnection(DataAccessException failed) {
        String state = state(failed);
        return state == null ? failed instanceof DataAccessResourceFailureException : state.matches("(08|53|57P|58).*");
    }

    /** Returns whether the database will never accept these values, because of data, a constraint or a limit. */
    static boolean isOfItem(DataAccessException failed) {
        String state = state(failed);
        return state == null ? failed instanceof DataIntegrityViolationException : state.matches("(22|23|54).*");
    }

    private static @Nullable String state(DataAccessException failed) {
        for (Throwable cause = failed.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return sql.getSQLState();
            }
        }
        return null;
    }
}
