package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * The statement batcher under every schedule of its threads, four callers and a close, with a bounded number of delays;
 * and the same with a fault in its source, which must be found. The source is compiled with locks and threads that a schedule
 * controls.
 */
class BatcherSchedulesTest {

    /** The smallest bound that finds each fault. */
    private static final int DELAYS = 2;

    private static final Path SOURCES = Path.of("src/main/java/io/textonce/delivery");

    /** What is right in the source, and what is wrong; the first is no fault. */
    private static final List<Map.Entry<String, String>> FAULTS = List.of(
            Map.entry("", ""),
            Map.entry("queue.size() == 1 || queue.size() == ENOUGH", "queue.size() == ENOUGH"),
            Map.entry("if (keys.add(key.apply(waiting.item)))", "keys.add(key); if (true)"),
            Map.entry("while (queue.isEmpty())", "while (closed || queue.isEmpty())"),
            Map.entry("if (!watched) {", "if (watched) {"));

    @TempDir
    private static Path directory;

    private static ClassLoader classes;

    @BeforeAll
    static void compile() throws IOException {
        String source = Files.readString(SOURCES.resolve("StatementBatcher.java"));
        var files = new ArrayList<Path>();
        for (int i = 0; i < FAULTS.size(); i++) {
            String right = FAULTS.get(i).getKey();
            assertThat(source).contains(right);
            files.add(write(
                    i, "StatementBatcher", source.replace(right, FAULTS.get(i).getValue())));
            files.add(write(i, "DatabaseFault", Files.readString(SOURCES.resolve("DatabaseFault.java"))));
        }
        var compiler = ToolProvider.getSystemJavaCompiler();
        var options = List.of("-proc:none", "-cp", System.getProperty("java.class.path"), "-d", directory.toString());
        var sources = compiler.getStandardFileManager(null, null, null).getJavaFileObjectsFromPaths(files);
        assertThat(compiler.getTask(null, null, null, options, null, sources).call())
                .isTrue();
        classes =
                new URLClassLoader(new URL[] {directory.toUri().toURL()}, BatcherSchedulesTest.class.getClassLoader());
    }

    private static Path write(int variant, String name, String source) throws IOException {
        String scheduled = source.replace(
                        "package io.textonce.delivery;",
                        "package io.textonce.variant" + variant + "; import io.textonce.delivery.Scheduled.Thread;")
                .replaceAll(
                        "import java.util.concurrent.(locks.)?(ReentrantLock|Condition|CompletableFuture);",
                        "import io.textonce.delivery.Scheduled.$2;");
        Path folder = Files.createDirectories(directory.resolve("variant" + variant));
        return Files.writeString(folder.resolve(name + ".java"), scheduled);
    }

    @Test
    void eachCallerGetsItsResult() throws ReflectiveOperationException {
        assertThat(failure(0, DELAYS)).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void findsAFault(int variant) throws ReflectiveOperationException {
        assertThat(failure(variant, DELAYS)).as(FAULTS.get(variant).getValue()).isNotNull();
    }

    /** Returns what failed in the first schedule in which something did, or null. */
    private static @Nullable Throwable failure(int variant, int bound) throws ReflectiveOperationException {
        var batcher = classes.loadClass("io.textonce.variant" + variant + ".StatementBatcher")
                .getDeclaredConstructor(
                        String.class, Function.class, Comparator.class, Function.class, LongSupplier.class);
        batcher.setAccessible(true);
        for (var schedule = Schedule.first(bound); schedule != null; schedule = schedule.next()) {
            var running = schedule;
            var failed = schedule.run(() -> new Scenario(batcher, running).run());
            if (failed != null) {
                return failed;
            }
        }
        return null;
    }

    /**
     * Two callers with one key, one whose statement is done only after another one, so that it must not block the others,
     * and one who calls while the batcher is closed.
     */
    private static final class Scenario implements Runnable {

        private final Object batches;
        private final Schedule schedule;
        private final Set<String> done = new HashSet<>();
        private final List<String> results = new ArrayList<>();

        private Scenario(Constructor<?> batcher, Schedule schedule) {
            this.schedule = schedule;
            try {
                Function<List<String>, List<String>> statement = this::execute;
                LongSupplier clock = schedule::nanoTime;
                this.batches = batcher.newInstance(
                        "batches", Function.identity(), Comparator.naturalOrder(), statement, clock);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void run() {
            schedule.start(() -> results.add(with("fast")));
            schedule.start(() -> results.add(with("fast")));
            results.add(with("slow"));
            schedule.waitFor(() -> results.size() == 3, Schedule.NEVER, 0);
            assertThat(results).containsExactlyInAnyOrder("SLOW", "FAST", "FAST");
            schedule.start(() -> assertThat(with("last")).isIn("LAST", "stopping"));
            call("close", null);
        }

        private List<String> execute(List<String> items) {
            assertThat(items).doesNotHaveDuplicates();
            boolean isSlow = items.equals(List.of("slow"));
            schedule.waitFor(() -> !isSlow || done.contains("fast"), Schedule.NEVER, 0);
            done.addAll(items);
            return items.stream().map(item -> item.toUpperCase(Locale.ROOT)).toList();
        }

        private String with(String item) {
            try {
                return (String) call("with", item);
            } catch (DataAccessResourceFailureException e) {
                return "stopping";
            }
        }

        private Object call(String method, @Nullable String argument) {
            try {
                return argument == null
                        ? batches.getClass().getMethod(method).invoke(batches)
                        : batches.getClass().getMethod(method, Object.class).invoke(batches, argument);
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof RuntimeException failed) {
                    throw failed;
                }
                throw (Error) e.getCause();
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
