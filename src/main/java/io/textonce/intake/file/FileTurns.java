package io.textonce.intake.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Mutual exclusion of all that rewrites a reject file: operators and erasures, on whichever instance they are. What two
 * write at once would be mixed, and lines of it lost.
 */
@Component
final class FileTurns {

    private static final String LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('textonce.failed.' || ?, 0))";

    private final TransactionOperations transactions;
    private final Consumer<String> lock;

    @Autowired
    FileTurns(JdbcTemplate jdbc, TransactionOperations transactions) {
        this(transactions, key -> jdbc.query(LOCK, row -> {}, key));
    }

    /** @param lock waits for the others with the same key, until the transaction ends */
    FileTurns(TransactionOperations transactions, Consumer<String> lock) {
        this.transactions = transactions;
        this.lock = lock;
    }

    /** Rewrites a reject file alone. A failure of the file does not roll back what else the caller's transaction does. */
    <T> T take(Path file, Work<T> work) throws IOException {
        var failed = new AtomicReference<@Nullable IOException>();
        T done = transactions.execute(status -> {
            lock.accept(file.getParent().getParent().getFileName() + "/" + file.getFileName() + "#");
            try {
                return work.perform();
            } catch (IOException e) {
                failed.set(e);
                return null;
            }
        });
        var failure = failed.get();
        if (failure != null) {
            throw failure;
        }
        return done;
    }

    /** Work on the file. */
    interface Work<T> {

        T perform() throws IOException;
    }
}
