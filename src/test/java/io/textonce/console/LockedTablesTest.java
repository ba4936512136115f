package io.textonce.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A lookup of a table that a migration has locked ends in time: the driver would wait for half a minute. */
@SandboxTest
class LockedTablesTest {

    @ParameterizedTest
    @CsvSource({
        "deliveries, /api/deliveries?event=order-shipped",
        "rejected_events, /api/rejected-events",
        "opt_outs, /api/opt-outs",
        "file_runs, /api/files",
        "dead_letters, /api/dead-letters",
        "outbox_cursors, /api/subscriptions",
    })
    void keepNoLookupWaiting(String table, String path, Sandbox sandbox) throws SQLException {
        try (var other = sandbox.context().getBean(DataSource.class).getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE textonce." + table);

            var answer = assertTimeoutPreemptively(Duration.ofSeconds(25), () -> sandbox.get(path));

            other.rollback();
            // The place of a dead letter is listed as unavailable.
            assertThat(answer.statusCode()).isEqualTo(table.equals("dead_letters") ? 200 : 503);
        }
    }
}
