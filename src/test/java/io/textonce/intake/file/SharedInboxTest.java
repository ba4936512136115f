package io.textonce.intake.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.intake.DeadLetter;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionOperations;

/** Two instances that share an inbox: what one writes, the other neither mixes with its own nor loses. */
@SandboxTest
class SharedInboxTest {

    @Autowired
    private TransactionOperations transactions;

    @Autowired
    private FileRuns runs;

    @Autowired
    private CamelContext camel;

    @TempDir
    private Path root;

    private Path file;

    @BeforeEach
    void rejectThreeLines() throws IOException {
        Path failed = Files.createDirectories(root.resolve("order-shipped/failed"));
        Files.createDirectories(root.resolve("order-shipped/done"));
        file = Files.writeString(failed.resolve("orders-" + UUID.randomUUID() + ".jsonl"), """
                # line 1: phone: is wrong
                {"phone":"0187"}
                # line 2: phone: is wrong
                {"phone":"0188"}
                # line 3: phone: is wrong
                {"phone":"0189"}
                """);
    }

    /** The instances of this test are its own, and so are the runs. */
    @BeforeEach
    void stopTheInstance(Sandbox sandbox) throws Exception {
        camel.getRouteController().suspendRoute("file-results");
        sandbox.database().update("UPDATE textonce.file_runs SET final_results = '' WHERE final_results IS NULL");
    }

    @AfterEach
    void startTheInstance() throws Exception {
        camel.getRouteController().resumeRoute("file-results");
    }

    @Test
    void erasesTwoPersonsAtOnce(Sandbox sandbox) throws IOException {
        inTheMiddleOfAnErasure(sandbox, () -> erasure(sandbox).erase(text -> text.contains("0188")));

        assertThat(file).hasContent("# line 3: phone: is wrong\n{\"phone\":\"0189\"}");
    }

    @Test
    void erasesAPersonWhileAnotherLineIsReplayed(Sandbox sandbox) throws IOException {
        var letters = new FileLetters(new Inbox(root), null, turns(sandbox));
        DeadLetter second =
                letters.list(letter -> letter.body().contains("0188")).get(0);

        inTheMiddleOfAnErasure(sandbox, () -> letters.remove(second));

        assertThat(file).hasContent("# line 3: phone: is wrong\n{\"phone\":\"0189\"}");
    }

    /** A bulk action erases in a transaction of its own, which goes on with its other messages. */
    @Test
    void leavesTheCallersTransactionAloneWhenAFileIsGone(Sandbox sandbox) {
        var erased = transactions.execute(status -> {
            try {
                return turns(sandbox).take(file, () -> {
                    throw new NoSuchFileException(file.toString());
                });
            } catch (IOException e) {
                return status.isRollbackOnly();
            }
        });

        assertThat(erased).isEqualTo(false);
    }

    @Test
    void publishesFinalResultsOnceAndWhole(Sandbox sandbox) throws IOException {
        var run = done(sandbox);
        var slow = new AtomicReference<CompletableFuture<Void>>();
        // Each reads the first rows; the other then writes all of them, before this one goes on.
        var first = new FinalResults(
                runs,
                pausing(sandbox, () -> {
                    if (slow.get() == null) {
                        slow.set(CompletableFuture.completedFuture(null));
                        new FinalResults(runs, sandbox.database(), transactions).step();
                    }
                }),
                transactions);

        first.step();

        assertThat(finals())
                .singleElement()
                .satisfies(results -> assertThat(Files.readAllLines(results)).hasSize(1201));
        assertThat(finalResults(sandbox, run)).isEqualTo(finals().get(0).toString());
        assertThat(parts()).isEmpty();
    }

    @Test
    void leavesFinalResultsToAnotherIfItIsKilled(Sandbox sandbox) throws IOException {
        var run = done(sandbox);
        var killed = new FinalResults(runs, sandbox.database(), new TransactionOperations() {
            @Override
            public <T> T execute(TransactionCallback<T> work) {
                return transactions.execute((TransactionStatus status) -> {
                    status.setRollbackOnly();
                    return work.doInTransaction(status);
                });
            }
        });
        killed.step();
        assertThat(finalResults(sandbox, run)).isNull();

        new FinalResults(runs, sandbox.database(), transactions).step();

        assertThat(Path.of(finalResults(sandbox, run))).exists();
    }

    /** Erases the first line, and begins something else when it has been read. */
    private void inTheMiddleOfAnErasure(Sandbox sandbox, FileTurns.Work<?> other) throws IOException {
        var begun = new AtomicReference<CompletableFuture<Void>>();
        erasure(sandbox).erase(text -> {
            if (begun.get() == null) {
                begun.set(CompletableFuture.runAsync(() -> perform(other)));
                await().until(() -> begun.get().isDone() || waitsForLock(sandbox));
            }
            return text.contains("0187");
        });
        begun.get().join();
    }

    private static void perform(FileTurns.Work<?> work) {
        try {
            work.perform();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean waitsForLock(Sandbox sandbox) {
        return sandbox.database()
                        .queryForObject(
                                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
                                Integer.class)
                > 0;
    }

    private InboxErasure erasure(Sandbox sandbox) {
        return new InboxErasure(new Inbox(root), turns(sandbox), true);
    }

    private FileTurns turns(Sandbox sandbox) {
        return new FileTurns(sandbox.database(), transactions);
    }

    /** A run of 1,200 lines that has ended. */
    private UUID done(Sandbox sandbox) throws IOException {
        Path results = root.resolve("order-shipped/done/orders.results.csv");
        Files.writeString(
                results,
                IntStream.range(0, 1200)
                        .mapToObj(n -> n + ",event-" + n + "," + UUID.randomUUID() + ",reserved,,\n")
                        .collect(Collectors.joining("", ResultFile.HEADER, "")));
        var run = runs.start(file, "order-shipped", 1);
        runs.done(run, 1200, 0, results);
        return run;
    }

    /** Connection of an instance that does something else at the second part of the rows. */
    private static JdbcTemplate pausing(Sandbox sandbox, Runnable pause) {
        return new JdbcTemplate(sandbox.database().getDataSource()) {

            private int queries;

            @Override
            public void query(String sql, RowCallbackHandler row, Object... values) {
                if (++queries == 2) {
                    pause.run();
                }
                super.query(sql, row, values);
            }
        };
    }

    private List<Path> finals() throws IOException {
        return listed(".final.csv");
    }

    private List<Path> parts() throws IOException {
        return listed(".part");
    }

    private List<Path> listed(String end) throws IOException {
        try (var found = Files.list(root.resolve("order-shipped/done"))) {
            return found.filter(path -> path.toString().endsWith(end)).toList();
        }
    }

    private static String finalResults(Sandbox sandbox, UUID run) {
        return sandbox.database()
                .queryForObject("SELECT final_results FROM textonce.file_runs WHERE id = ?", String.class, run);
    }
}
