package io.textonce.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import io.textonce.sandbox.SandboxPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.health.Status;

class DatabaseProbeTest {

    private final PeerMonitor peers = new PeerMonitor(Clock.systemUTC(), Duration.ofMillis(100));
    private final DatabaseHealth health = new DatabaseHealth(peers);

    private SandboxPostgres postgres;
    private ConnectionPool pool;
    private ConnectionPool claims;
    private Connection administrator;

    @BeforeEach
    void probeADatabase(@TempDir Path directory) throws SQLException {
        postgres = new SandboxPostgres(directory).start();
        administrator = administrator();
        execute(administrator, "CREATE ROLE claims LOGIN");
        pool = new ConnectionPool(peers.database(), configuration("postgres"), () -> {});
        claims = new ConnectionPool(peers.database(), configuration("claims"), () -> {});
        new DatabaseProbe(peers, pool, List.of(pool, claims));
        await().until(() -> peers.database().value(), value -> value == 1);
    }

    @AfterEach
    void stop() throws SQLException {
        peers.destroy();
        administrator.close();
        pool.close();
        claims.close();
        postgres.close();
    }

    /** Some providers make a server read-only when its disk is nearly full, and connections stay. */
    @Test
    void showsADatabaseThatAcceptsNoWritesUntilItDoes() throws SQLException {
        acceptWrites(false);
        await().until(() -> peers.database().value(), value -> value == 0);

        try (var connection = pool.getConnection()) {
            assertThat(connection.isReadOnly()).as("a use that succeeds").isFalse();
        }
        assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
        assertThat(peers.database().words()).contains("accepts no writes");

        acceptWrites(true);
        await().until(() -> peers.database().value(), value -> value == 1);
        assertThat(health.health().getStatus()).isEqualTo(Status.UP);
    }

    /** Of a server whose disk is full every table can be read, and rows go into pages that have room. */
    @Test
    void showsADatabaseWhoseTablesCannotGrowUntilTheyCan() throws SQLException {
        execute(administrator, """
                CREATE FUNCTION full_disk() RETURNS event_trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$
                """);
        execute(administrator, "CREATE EVENT TRIGGER full_disk ON ddl_command_start EXECUTE FUNCTION full_disk()");

        assertThatThrownBy(() -> use("CREATE TABLE grown (id int)")).hasMessageContaining("extend");
        await().until(() -> {
            use("SELECT 1");
            return peers.database().value() == 0;
        });
        assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
        assertThat(peers.database().words()).contains("could not extend file");

        execute(administrator, "DROP EVENT TRIGGER full_disk");
        await().until(() -> peers.database().value(), value -> value == 1);
        assertThat(health.health().getStatus()).isEqualTo(Status.UP);
    }

    /** Each pool connects again at its own pace, with up to 5 s between its attempts; no caller waits for so long. */
    @Test
    void showsAnOutageUntilEachPoolHasAConnectionAgain() throws SQLException {
        execute(administrator, "ALTER ROLE claims NOLOGIN");
        postgres.close();
        await().until(() -> peers.database().value(), value -> value == 0);
        postgres.start();
        administrator = administrator();

        await().ignoreExceptions().until(() -> {
            use("SELECT 1");
            return true;
        });
        await().during(Duration.ofSeconds(1)).until(() -> health.health().getStatus(), Status.DOWN::equals);

        execute(administrator, "ALTER ROLE claims LOGIN");
        await().until(() -> health.health().getStatus(), Status.UP::equals);
        try (var connection = claims.getConnection()) {
            assertThat(connection.isValid(1)).isTrue();
        }
    }

    /** As of a query for which a limit of the server is too low: no claim fails. */
    @Test
    void showsNoOutageWhereOnlyOtherStatementsFail() throws SQLException {
        await().during(Peer.GRACE.plusSeconds(1))
                .atMost(Peer.GRACE.multipliedBy(3))
                .until(() -> {
                    assertThatThrownBy(() -> use("DO $$ BEGIN RAISE 'x' USING ERRCODE = '53400'; END $$"))
                            .isInstanceOf(SQLException.class);
                    return peers.database().isUp();
                });
    }

    private void use(String statement) throws SQLException {
        try (var connection = pool.getConnection()) {
            execute(connection, statement);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Connection administrator() throws SQLException {
        return DriverManager.getConnection(postgres.url(), "postgres", "");
    }

    private HikariConfig configuration(String user) {
        var configuration = new HikariConfig();
        configuration.setJdbcUrl(postgres.url());
        configuration.setUsername(user);
        configuration.setMaximumPoolSize(1);
        configuration.setConnectionTimeout(500);
        return configuration;
    }

    private void acceptWrites(boolean accept) throws SQLException {
        try (var statement = administrator.createStatement()) {
            statement.execute("SET default_transaction_read_only = off");
            statement.execute("ALTER SYSTEM SET default_transaction_read_only = " + (accept ? "off" : "on"));
            statement.execute("SELECT pg_reload_conf()");
        }
    }
}
