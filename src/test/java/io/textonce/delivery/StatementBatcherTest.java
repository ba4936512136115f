package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;

class StatementBatcherTest {

    private final List<List<String>> statements = new CopyOnWriteArrayList<>();
    private final CountDownLatch database = new CountDownLatch(1);
    private final List<Thread> callers = new ArrayList<>();
    private StatementBatcher<String, String> batches;

    @AfterEach
    void stop() {
        database.countDown();
        batches.close();
    }

    @Test
    void doesOneItemAtOnce() {
        start(this::upperCase);

        assertThat(batches.with("a")).isEqualTo("A");

        assertThat(statements).containsExactly(List.of("a"));
    }

    @Test
    void gathersWhatComesWhileTheDatabaseIsBusyAndGivesEachItsOwnResult() {
        start(this::slowUpperCase);
        var first = keepBusy();

        var later = IntStream.range(0, 50).mapToObj(i -> call("item" + i)).toList();
        awaitCallers();
        database.countDown();

        assertThat(results(first)).containsExactly("BUSY1", "BUSY2", "BUSY3");
        assertThat(results(later))
                .containsExactlyElementsOf(
                        IntStream.range(0, 50).mapToObj(i -> "ITEM" + i).toList());
        assertThat(statements).hasSizeLessThan(10);
    }

    @Test
    void letsFewItemsWaitForOthersWhenAStatementHasJustBegun() {
        start(this::upperCase);
        long start = System.nanoTime();

        var items = IntStream.range(0, 8)
                .mapToObj(caller -> CompletableFuture.runAsync(
                        () -> IntStream.range(0, 100).forEach(i -> batches.with(caller + "-" + i)),
                        task -> new Thread(task).start()))
                .toList();
        items.forEach(CompletableFuture::join);

        long most = 1 + (System.nanoTime() - start) / 1_500_000;
        assertThat(statements).hasSizeLessThanOrEqualTo((int) most);
        assertThat(statements.stream().mapToInt(List::size).sum()).isEqualTo(800);
    }

    @Test
    void givesTheItemsOfAStatementInTheirOrder() {
        start(this::slowUpperCase);
        var first = keepBusy();

        var later =
                IntStream.range(0, 50).mapToObj(i -> call("item" + (99 - i))).toList();
        awaitCallers();
        database.countDown();

        assertThat(results(first)).hasSize(3);
        assertThat(results(later))
                .containsExactlyElementsOf(
                        IntStream.range(0, 50).mapToObj(i -> "ITEM" + (99 - i)).toList());
        assertThat(statements)
                .allSatisfy(items -> assertThat(items).isSorted())
                .anySatisfy(items -> assertThat(items).hasSizeGreaterThan(1));
    }

    @Test
    void givesEqualKeysToTwoStatements() {
        start(this::slowUpperCase);
        var first = keepBusy();

        var equal = List.of(call("same"), call("same"), call("same"));
        awaitCallers();
        database.countDown();

        assertThat(results(first)).hasSize(3);
        assertThat(results(equal)).containsOnly("SAME").hasSize(3);
        assertThat(statements).filteredOn(List.of("same")::equals).hasSize(3);
    }

    /** As Spring translates them: a limit of the database and a lost connection are one class to it. */
    private static DataAccessException failure(String state) {
        return new DataAccessResourceFailureException("failed", new SQLException("failed", state));
    }

    @ParameterizedTest
    @ValueSource(strings = {"54000", "22021", "23514"})
    void failsOnlyTheItemThatTheDatabaseRefusesAndForGood(String state) {
        database.countDown();
        start(items -> {
            if (items.contains("bad")) {
                throw failure(state);
            }
            return slowUpperCase(items);
        });

        var good = call("good");
        var bad = call("bad");
        var better = call("better");

        assertThat(results(List.of(good, better))).containsExactly("GOOD", "BETTER");
        assertThatThrownBy(bad::join).hasCauseInstanceOf(DataIntegrityViolationException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"55P03", "40P01", "XX000"})
    void failsOnlyTheItemWhoseRowIsLockedAndForTheMoment(String state) {
        start(items -> {
            slowUpperCase(items);
            if (items.contains("locked")) {
                throw failure(state);
            }
            return upperCase(items);
        });
        var first = keepBusy();

        var good = call("good");
        var locked = call("locked");
        awaitCallers();
        database.countDown();

        assertThat(results(first)).hasSize(3);
        assertThat(results(List.of(good))).containsExactly("GOOD");
        assertThatThrownBy(locked::join).hasCauseInstanceOf(DataAccessResourceFailureException.class);
        assertThat(statements).filteredOn(List.of("locked")::equals).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"08006", "57P01", "53300"})
    void doesNothingAgainThatSharedALostConnection(String state) {
        start(items -> {
            slowUpperCase(items);
            if (items.contains("a")) {
                throw failure(state);
            }
            return items;
        });
        var first = keepBusy();

        var a = call("a");
        var b = call("b");
        awaitCallers();
        database.countDown();

        assertThat(results(first)).hasSize(3);
        assertThatThrownBy(a::join).hasCauseInstanceOf(DataAccessResourceFailureException.class);
        assertThatThrownBy(b::join).hasCauseInstanceOf(DataAccessResourceFailureException.class);
        assertThat(statements).filteredOn(items -> items.contains("a")).containsExactly(List.of("a", "b"));
    }

    @Test
    void failsOnlyTheItemThatTheDatabaseRefuses() {
        database.countDown();
        start(items -> {
            if (items.contains("bad")) {
                throw new DuplicateKeyException("bad");
            }
            return slowUpperCase(items);
        });

        var good = call("good");
        var bad = call("bad");
        var better = call("better");

        assertThat(results(List.of(good, better))).containsExactly("GOOD", "BETTER");
        assertThatThrownBy(bad::join).hasRootCauseInstanceOf(DuplicateKeyException.class);
    }

    @Test
    void doesNothingTwiceWhenNobodyKnowsWhetherItWasDone() {
        start(items -> {
            upperCase(items);
            throw new DataAccessResourceFailureException("connection lost");
        });

        assertThatThrownBy(() -> batches.with("a")).isInstanceOf(DataAccessResourceFailureException.class);

        assertThat(statements).containsExactly(List.of("a"));
    }

    private void start(Function<List<String>, List<String>> statement) {
        batches = new StatementBatcher<>("test", Function.identity(), Comparator.naturalOrder(), statement);
    }

    private CompletableFuture<String> call(String item) {
        var result = new CompletableFuture<String>();
        var caller = new Thread(() -> {
            try {
                result.complete(batches.with(item));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        caller.start();
        callers.add(caller);
        return result;
    }

    private List<CompletableFuture<String>> keepBusy() {
        var busy = new ArrayList<CompletableFuture<String>>();
        for (int i = 1; i <= 3; i++) {
            busy.add(call("busy" + i));
            await().until(statements::size, is(busy.size()));
        }
        return busy;
    }

    private void awaitCallers() {
        await().untilAsserted(
                        () -> assertThat(callers).extracting(Thread::getState).containsOnly(Thread.State.WAITING));
    }

    private static List<String> results(List<CompletableFuture<String>> futures) {
        return futures.stream().map(CompletableFuture::join).toList();
    }

    private List<String> slowUpperCase(List<String> items) {
        var done = upperCase(items);
        try {
            database.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return done;
    }

    private List<String> upperCase(List<String> items) {
        statements.add(items);
        return items.stream().map(item -> item.toUpperCase(Locale.ROOT)).toList();
    }
}
