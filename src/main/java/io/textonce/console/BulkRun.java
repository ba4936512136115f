package io.textonce.console;

import io.textonce.delivery.OperatorActions;
import io.textonce.event.EventRejected;
import io.textonce.peer.Causes;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/** Background work of the bulk actions: one message a transaction, by any instance. */
@Component
class BulkRun {

    private static final Logger LOG = LoggerFactory.getLogger(BulkRun.class);

    private static final int STEP = 100;

    private final BulkActions actions;
    private final Operator operator;
    private final OperatorActions decisions;
    private final PersonErasure erasure;
    private final TransactionOperations transactions;

    BulkRun(
            BulkActions actions,
            Operator operator,
            OperatorActions decisions,
            PersonErasure erasure,
            TransactionOperations transactions) {
        this.actions = actions;
        this.operator = operator;
        this.decisions = decisions;
        this.erasure = erasure;
        this.transactions = transactions;
    }

    /** Acts on some messages. The scheduler repeats it at once while there are more. */
    void step(Exchange exchange) {
        int done = 0;
        while (done < STEP && !exchange.getContext().isStopping() && next()) {
            done++;
        }
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, done == STEP);
    }

    /** Acts on the next message; false if there is none. */
    boolean next() {
        var taken = new AtomicReference<BulkActions.@Nullable Task>();
        try {
            return Boolean.TRUE.equals(transactions.execute(status -> {
                var task = actions.take();
                taken.set(task);
                if (task == null) {
                    actions.finish();
                    return false;
                }
                if (task.undoes() == null) {
                    String problem = act(task);
                    actions.done(task, problem == null ? "acted" : "skipped", problem);
                } else {
                    actions.done(task, undo(task) ? "undone" : "acted", null);
                }
                return true;
            }));
        } catch (DataAccessException | TransactionException e) {
            throw e;
        } catch (RuntimeException e) {
            var task = taken.get();
            if (task == null || Causes.find(DataAccessException.class, e) != null) {
                throw e;
            }
            // Its transaction is rolled back; without an outcome it would block those behind it.
            LOG.error("Delivery {} of a bulk action failed", task.delivery(), e);
            actions.done(task, "failed", "Unexpected error; see the log");
            return true;
        }
    }

    private @Nullable String act(BulkActions.Task task) {
        var state = decisions.state(task.delivery());
        if (state == null) {
            return "Deleted in the meantime";
        }
        if (task.action() == BulkAction.ERASE) {
            return state.phone() == null ? "Already erased" : erase(state.phone(), task);
        }
        return state.attempt() != task.attempt()
                ? "Changed since the confirmation"
                : operator.actAsOneOfMany(task.delivery(), task.action().word(), state, task.actor(), task.reason());
    }

    private @Nullable String erase(String phone, BulkActions.Task task) {
        try {
            erasure.erase(phone, task.actor(), task.reason());
            return null;
        } catch (EventRejected e) {
            return e.reason();
        }
    }

    private boolean undo(BulkActions.Task task) {
        var id = task.delivery();
        return task.action() == BulkAction.RESEND
                ? decisions.undoResend(id, task.undoes(), task.actor(), task.reason())
                : decisions.undoRelease(id, task.undoes(), task.actor(), task.reason());
    }
}
