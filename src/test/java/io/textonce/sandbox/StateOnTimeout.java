package io.textonce.sandbox;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * Adds what the application's threads and its database are busy with to the failure of a test that waited in vain: what
 * is missing then is rarely in the log.
 */
final class StateOnTimeout implements TestExecutionExceptionHandler {

    private static final String SESSIONS = """
            SELECT pid, application_name, state, wait_event_type, wait_event, now() - xact_start AS transaction,
                pg_blocking_pids(pid) AS blocked_by, query
            FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
            """;

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        if (failure instanceof ConditionTimeoutException) {
            failure.addSuppressed(new IllegalStateException(
                    "Threads at work:\n" + threads() + "\nSessions of the database:\n" + sessions(context)));
        }
        throw failure;
    }

    private static String threads() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(StateOnTimeout::isAtWork)
                .map(thread -> thread.getKey() + "\n    "
                        + Arrays.stream(thread.getValue())
                                .limit(40)
                                .map(StackTraceElement::toString)
                                .collect(Collectors.joining("\n    ")))
                .collect(Collectors.joining("\n"));
    }

    private static boolean isAtWork(Map.Entry<Thread, StackTraceElement[]> thread) {
        return Arrays.stream(thread.getValue())
                .anyMatch(frame -> frame.getClassName().startsWith("io.textonce")
                        || frame.getClassName().startsWith("org.apache.camel"));
    }

    private static String sessions(ExtensionContext context) {
        try {
            var sandbox = new Sandbox(SpringExtension.getApplicationContext(context));
            return sandbox.database().queryForList(SESSIONS).stream()
                    .map(Object::toString)
                    .collect(Collectors.joining("\n"));
        } catch (RuntimeException e) {
            return "not to be had: " + e;
        }
    }
}
