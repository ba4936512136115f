package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionOperations;

/** No instance that stands still, or whose machine is gone, keeps a lock for long. */
@SandboxTest
class BoundedTransactionManagerTest {

    private static final String BOUND = "SHOW idle_in_transaction_session_timeout";

    @Autowired
    private TransactionOperations transactions;

    @Autowired
    private JdbcTemplate jdbc;

    @Test
    void boundsTheSilenceInATransactionAndLeavesNothingInTheSession() {
        var bound = transactions.execute(status -> jdbc.queryForObject(BOUND, String.class));

        assertThat(bound).isEqualTo("5min");
        assertThat(jdbc.queryForObject(BOUND, String.class)).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dataSource", "urgentDataSource", "batchDataSource", "outcomeDataSource"})
    void hasPostgreSqlLookWhetherTheMachineIsStillThere(String pool, Sandbox sandbox) {
        var dataSource = sandbox.context().getBean(pool, DataSource.class);

        assertThat(new JdbcTemplate(dataSource).queryForObject("SHOW tcp_keepalives_idle", String.class))
                .isEqualTo("60");
    }

    @ParameterizedTest
    @ValueSource(strings = {"urgentDataSource", "batchDataSource", "outcomeDataSource"})
    void boundsTheSilenceOfClaimsAndIncidents(String pool, Sandbox sandbox) {
        var dataSource = sandbox.context().getBean(pool, DataSource.class);

        assertThat(new JdbcTemplate(dataSource).queryForObject(BOUND, String.class))
                .isEqualTo("30s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"urgentDataSource", "batchDataSource", "outcomeDataSource"})
    void boundsTheWaitForALock(String pool, Sandbox sandbox) {
        var dataSource = sandbox.context().getBean(pool, DataSource.class);

        assertThat(new JdbcTemplate(dataSource).queryForObject("SHOW lock_timeout", String.class))
                .isEqualTo("500ms");
    }
}
