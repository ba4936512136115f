package io.textonce.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.proof.Oracle.Verdict;
import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.ProofSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Scenarios of the proof: each has peers of its own, and its verdict is a row of {@code target/proof.md}. Two run at a
 * time.
 */
@Execution(ExecutionMode.CONCURRENT)
abstract class Proof {

    static final boolean LARGE = ProofSize.LARGE;
    static final int EVENTS = LARGE ? 400 : 40;
    static final Duration MOST = Duration.ofMinutes(LARGE ? 10 : 2);

    static final Path DIRECTORY = Path.of("target", "proof");

    private static final Path HOOK = DIRECTORY.resolve("hook");
    private static final Queue<Verdict> VERDICTS = new ConcurrentLinkedQueue<>();
    private static boolean isPacked;

    Peers peers;
    Oracle oracle;
    volatile AppProcess app;

    /** The second instance, where a scenario has two. */
    AppProcess other;

    /** Several classes run at a time, and the applications of all read it. */
    @BeforeAll
    static void packHook() throws IOException {
        synchronized (VERDICTS) {
            if (isPacked) {
                return;
            }
            isPacked = true;
            Path imports =
                    HOOK.resolve("META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports");
            Path classes = Files.createDirectories(HOOK.resolve("io/textonce/halt"));
            try (var files = Files.list(Path.of("target/test-classes/io/textonce/halt"))) {
                for (Path file : files.toList()) {
                    Files.copy(file, classes.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            Files.createDirectories(imports.getParent());
            Files.writeString(imports, "io.textonce.halt.HaltAt\nio.textonce.halt.OtherClock\n");
        }
    }

    @BeforeEach
    void startPeers() throws IOException {
        begin(Files.createTempDirectory(DIRECTORY, "peers-"), Clock.systemUTC());
    }

    /** @param twilio clock of Twilio */
    void begin(Path directory, Clock twilio) {
        peers = new Peers(directory, twilio).start();
        peers.twilio().callbackDelay(Duration.ofMillis(200));
        oracle = new Oracle(peers);
    }

    @AfterEach
    void stopPeers() {
        for (var instance : new AppProcess[] {app, other}) {
            if (instance != null) {
                instance.close();
            }
        }
        peers.close();
    }

    @AfterAll
    static void writeTable() throws IOException {
        synchronized (VERDICTS) {
            var table = new StringBuilder("| scenario | events | faults | lost | doubled | settled in |\n");
            table.append("| --- | ---: | --- | ---: | ---: | ---: |\n");
            VERDICTS.forEach(verdict -> table.append(verdict.row()).append('\n'));
            Files.writeString(Path.of("target", "proof.md"), table);
        }
    }

    void judge(String scenario, Load load, String faults) {
        judgeTexts(scenario, load, faults);
        await("a client to receive each change of a status, in order")
                .atMost(MOST)
                .untilAsserted(() -> assertThat(oracle.unpublished()).isEmpty());
        app.stop();
    }

    void judgeTexts(String scenario, Load load, String faults) {
        judge(oracle.judge(scenario, load.events(), faults, MOST));
    }

    static void judge(Verdict verdict) {
        VERDICTS.add(verdict);
        assertThat(verdict.lost()).as(verdict.row() + "\n" + verdict.wrong()).isZero();
        assertThat(verdict.doubled()).as(verdict.row() + "\n" + verdict.wrong()).isZero();
        assertThat(verdict.forbidden()).as("histories that the model forbids").isEmpty();
    }

    AppProcess start() {
        return instance().start();
    }

    AppProcess instance() {
        return ImpatientApp.of(peers).extraClasses(HOOK);
    }

    void cutConnections() throws SQLException {
        try (var connection = DriverManager.getConnection(peers.postgres().url(), "postgres", "postgres");
                var statement = connection.createStatement()) {
            statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()");
        }
    }

    /** Lets the load run on; what follows happens in the middle of it, at no particular moment. */
    static void park(Duration time) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(time.toMillis()));
    }
}
