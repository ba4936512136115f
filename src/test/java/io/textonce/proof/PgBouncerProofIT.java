package io.textonce.proof;

import static io.textonce.sandbox.Fault.answers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * TextOnce behind PgBouncer in transaction mode, where each transaction may have another session of PostgreSQL: nothing is
 * lost or sent twice, few sessions suffice, and no transaction leaves a setting to the next one. It needs pgbouncer
 * ({@code apt-get install pgbouncer}).
 */
@Tag("proof")
class PgBouncerProofIT extends Proof {

    private static final int SESSIONS = 8;

    private static final String LEFT = """
            SELECT string_agg(name, ', ') FROM pg_settings
            WHERE source IN ('client', 'session') AND name IN ('default_transaction_read_only', 'enable_seqscan',
                'lock_timeout', 'plan_cache_mode', 'synchronous_commit')
            """;

    @Test
    void sendsOnceThroughAPoolOfTransactions() throws Exception {
        var pgbouncer = Stream.concat(
                        Stream.of(System.getenv("PATH").split(File.pathSeparator)), Stream.of("/usr/sbin"))
                .map(folder -> Path.of(folder, "pgbouncer"))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(pgbouncer.isPresent(), "pgbouncer is not on this machine");
        int port = freePort();
        var pooler = start(pgbouncer.get(), port);
        try (var load = new Load(peers, () -> app)) {
            String url = "jdbc:postgresql://127.0.0.1:" + port + "/postgres?prepareThreshold=0";
            peers.twilio().share(0.2, answers(500).afterRecording()).share(0.1, answers(429));
            app = instance().with("SPRING_DATASOURCE_URL", url).start();
            load.start(EVENTS);
            load.awaitSent(MOST);
            app.kill();
            app.start();
            load.start(EVENTS / 4);
            load.awaitSent(MOST);
            peers.twilio().behave();

            assertThat(sessions()).isBetween(1, SESSIONS);
            judge("PgBouncer in transaction mode", load, "1 kill, 20 % lost answers");
            assertNothingIsLeft(url);
        } finally {
            pooler.destroyForcibly();
        }
    }

    private Process start(Path pgbouncer, int port) throws IOException {
        String postgres = peers.postgres().url().replaceFirst(".*:(\\d+)/.*", "$1");
        Path folder = Files.createTempDirectory("pgbouncer-");
        Path settings = Files.writeString(folder.resolve("pgbouncer.ini"), """
                [databases]
                postgres = host=127.0.0.1 port=%s dbname=postgres user=postgres
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                pool_mode = transaction
                default_pool_size = %d
                max_client_conn = 500
                ignore_startup_parameters = extra_float_digits, options
                """.formatted(postgres, port, SESSIONS));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(settings, PosixFilePermissions.fromString("rw-r--r--"));
        var command = new ArrayList<>(List.of(pgbouncer.toString(), "-q"));
        // It does not run as root.
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("-u", "nobody"));
        }
        command.add(settings.toString());
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target", "pgbouncer.log").toFile())
                .start();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private int sessions() throws SQLException {
        try (var connection = DriverManager.getConnection(peers.postgres().url(), "postgres", "postgres");
                var row = connection
                        .createStatement()
                        .executeQuery("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'textonce'")) {
            row.next();
            return row.getInt(1);
        }
    }

    /** Each open transaction has a session of its own. */
    private static void assertNothingIsLeft(String url) throws SQLException {
        var connections = new ArrayList<Connection>();
        try {
            for (int i = 0; i < SESSIONS; i++) {
                var connection = DriverManager.getConnection(url, "postgres", "postgres");
                connections.add(connection);
                connection.setAutoCommit(false);
                try (var row = connection.createStatement().executeQuery(LEFT)) {
                    row.next();
                    assertThat(Optional.ofNullable(row.getString(1)))
                            .as("settings that a transaction has left")
                            .isEmpty();
                }
            }
        } finally {
            for (var connection : connections) {
                connection.close();
            }
        }
    }
}
