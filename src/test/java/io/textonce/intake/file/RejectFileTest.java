package io.textonce.intake.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RejectFileTest {

    private static final Predicate<EventLine> ALL = line -> true;

    @TempDir
    private Path inbox;

    private Path failed;

    @BeforeEach
    void nameTheFolder() {
        failed = inbox.resolve("failed");
    }

    @Test
    void writesNothingWhenNoLineIsBad() throws IOException {
        Path original = drop("orders.csv", "id\n1\n");

        assertThat(refuse(original, line -> false)).isEmpty();
        assertThat(failed).doesNotExist();
    }

    @Test
    void writesTheBadLinesUnderTheirReasons() throws IOException {
        Path original = drop("orders.jsonl", "{\"id\":1}\n{\"id\":2}\r\n\n{\"id\":\n{\"id\":5}\n");

        Optional<Path> file = refuse(original, line -> line.number() == 2);

        assertThat(file).contains(failed.resolve("orders.jsonl"));
        assertThat(file.orElseThrow()).hasContent("""
                        # line 2: phone: must be E.164
                        {"id":2}
                        # line 4: is not valid JSON at column 7
                        {"id":
                        """);
    }

    @Test
    void writesTheHeaderOfACsvFileFirst() throws IOException {
        Path original = drop("orders.csv", "\uFEFF# of Monday\n\"id\";text\r\n1;a\r\n2;\"two\r\nlines\"\r\n3;c;d\r\n");

        Path file = refuse(original, line -> line.number() == 4).orElseThrow();

        assertThat(Files.readString(file)).isEqualTo("""
                        "id";text
                        # line 4: phone: must be E.164
                        2;"two\r
                        lines"
                        # line 6: has 3 cells, but the header has 2 names
                        3;c;d
                        """);
    }

    @Test
    void writesBadElementsOfAnArrayAsLines() throws IOException {
        Path original = drop("orders.json", "[{\"id\": 1},\n 7,\n {\"id\": 3, \"text\": \"two\\nlines\"}]");

        Path file = refuse(original, line -> line.number() == 3).orElseThrow();

        assertThat(file).hasFileName("orders.jsonl");
        assertThat(Files.readString(file)).isEqualTo("""
                        # element 2: is not a JSON object
                        7
                        # element 3: phone: must be E.164
                        {"id":3,"text":"two\\nlines"}
                        """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "orders.json  | [{\"id\":1},{\"id\": oops}] | # the JSON is broken in element 2 (line 1, column",
                "orders.json  | 42                          | # the file holds neither a JSON object nor an array",
                "orders.csv   | id,,text                    | # the header has an empty name",
                "orders.txt   | id,text                     | # the file's name must end in .json, .jsonl, .ndjson or",
            })
    void keepsTheWholeFileWhenItCannotBeReadAsOne(String name, String content, String reason) throws IOException {
        Path original = drop(name, "\uFEFF" + content + "\r\n");

        Path file = refuse(original, ALL).orElseThrow();

        assertThat(file).hasFileName(name);
        assertThat(Files.readString(file)).startsWith(reason).endsWith("\n" + content + "\r\n");
        assertThat(Files.readString(file).lines()).hasSize(2);
    }

    @Test
    void keepsBytesThatAreNoTextAsTheyWere() throws IOException {
        byte[] content = "id,text\n1,M\u00fcller\n".getBytes(ISO_8859_1);
        Path original = Files.write(inbox.resolve("orders.csv"), content);

        Path file = refuse(original, ALL).orElseThrow();

        assertThat(Files.readString(file, ISO_8859_1)).isEqualTo("id,text\n# line 2: is not UTF-8\n1,M\u00fcller\n");
    }

    @Test
    void leavesOutALineTooLongToBeHeld() throws IOException {
        Path original = drop("orders.jsonl", "x".repeat(Lines.LIMIT + 1) + "\n");

        Path file = refuse(original, ALL).orElseThrow();

        assertThat(file).hasContent("# line 1: is longer than 64 KiB; it is not copied here, see the original file\n");
        assertThat(read(file)).isEmpty();
    }

    @Test
    void writesAReasonOnOneLine() throws IOException {
        Path original = drop("orders.jsonl", "{\"id\":1}\n");
        EventLine line = read(original).get(0);

        try (var lines = new RejectFile(original, failed)) {
            lines.add(line, "\n one\r\n{\"id\":9}\u2028three\u0000\u0085four\t ");
            lines.finish();
        }

        assertThat(Files.readString(failed.resolve("orders.jsonl")))
                .isEqualTo("# line 1: one {\"id\":9} three four\n{\"id\":1}\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "orders.jsonl | {\"id\":1}~{\"id\":2}~~# x~{\"id\":\"\u00fc\"}",
                "orders.json  | [{\"id\":1},~{\"id\":2.50,\"t\":\"\\ud83d\\ude00 # x\"}]",
                "orders.csv   | id,text~1,\"a, \"\"b\"\"\"~#2,\"~# x~~\"~3,",
                "orders.csv   | id;text~1;a,b~2;\";\"~",
                "orders.csv   | id\ttext~1\ta,b~",
            })
    void canBeDroppedAgainForTheSameEvents(String name, String content) throws IOException {
        Path original = drop(name, content.replace('~', '\n'));

        Path again = refuse(original, ALL).orElseThrow();
        Path andAgain = refuse(again, ALL).orElseThrow();

        assertThat(events(again)).isEqualTo(events(original)).isNotEmpty();
        assertThat(events(andAgain)).isEqualTo(events(original));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "orders.jsonl | {\"id\":1}~{\"id\":~                 | {\"id\":~              | {\"id\":2}~",
                "orders.json  | [{\"id\":1},{\"id\":oops}]           | oops                   | 2",
                "orders.csv   | id,text~1,a~2,a \"b\"~3,c~           | a \"b\"                | \"a \"\"b\"\"\"",
                "orders.csv   | id,id~1,a~                           | id,id                  | id,text",
            })
    void canBeMendedAndDroppedAgain(String name, String content, String broken, String mended) throws IOException {
        Path original = drop(name, content.replace('~', '\n'));
        Path file = refuse(original, line -> false).orElseThrow();

        String text = Files.readString(file);
        assertThat(text).containsOnlyOnce(broken.replace('~', '\n'));
        Files.writeString(file, text.replace(broken.replace('~', '\n'), mended.replace('~', '\n')));

        assertThat(read(file)).isNotEmpty().allMatch(line -> line.problem() == null);
    }

    @Test
    void neverReplacesAnEarlierFile() throws IOException {
        Path original = drop("orders.2026.json", "[1]");

        assertThat(refuse(original, ALL)).contains(failed.resolve("orders.2026.jsonl"));
        assertThat(refuse(original, ALL)).contains(failed.resolve("orders.2026-2.jsonl"));
        assertThat(refuse(original, ALL)).contains(failed.resolve("orders.2026-3.jsonl"));
        assertThat(listed(failed)).hasSize(3);
    }

    @Test
    void showsNothingUnderTheFinalNameUntilFinished() throws IOException {
        Path original = drop("orders.jsonl", "{\"id\":1}\n");

        try (var lines = new RejectFile(original, failed)) {
            lines.add(read(original).get(0), "phone: must be E.164");
            assertThat(listed(failed))
                    .singleElement()
                    .asString()
                    .startsWith(".")
                    .endsWith(".part");

            lines.finish();
            assertThat(listed(failed)).containsExactly("orders.jsonl");
        }
        assertThat(listed(failed)).containsExactly("orders.jsonl");
    }

    @Test
    void leavesNothingWhenClosedUnfinished() throws IOException {
        Path original = drop("orders.jsonl", "{\"id\":1}\n");

        try (var lines = new RejectFile(original, failed)) {
            lines.add(read(original).get(0), "phone: must be E.164");
        }

        assertThat(listed(failed)).isEmpty();
    }

    @Test
    void startsAnewAfterACrash() throws IOException {
        Path original = drop("orders.jsonl", "{\"id\":1}\n");
        crash(original);

        Path file = refuse(original, ALL).orElseThrow();
        assertThat(file).hasContent("# line 1: phone: must be E.164\n{\"id\":1}\n");
        assertThat(listed(failed)).containsExactly("orders.jsonl");

        crash(original);
        assertThat(refuse(original, line -> false)).isEmpty();
        assertThat(listed(failed)).containsExactly("orders.jsonl");
    }

    /** An instance that was suspended for longer than its lock writes on while another one reads the file. */
    @Test
    void losesNoLineToAnInstanceThatHasLostTheLock() throws IOException {
        Path original = drop("orders.jsonl", "{\"id\":1}\n{\"id\":2}\n");
        var lines = read(original);

        try (var reader = new RejectFile(original, failed)) {
            try (var suspended = new RejectFile(original, failed)) {
                reader.add(lines.get(0), "phone: must be E.164");
                suspended.add(lines.get(0), "phone: must be E.164");
            }
            reader.add(lines.get(1), "phone: must be E.164");

            assertThat(reader.finish().orElseThrow()).content().contains("{\"id\":1}", "{\"id\":2}");
        }
    }

    @Test
    void doesNotSpoilAPublishedFileAfterACrashInTheMiddleOfPublishing() throws IOException {
        Path original = drop("orders.jsonl", "{\"id\":1}\n");
        Path published = refuse(original, ALL).orElseThrow();
        crash(original);
        Path part = failed.resolve(listed(failed).stream()
                .filter(name -> name.startsWith("."))
                .findFirst()
                .orElseThrow());
        Files.delete(part);
        Files.createLink(part, published);

        refuse(drop("orders.jsonl", "{\"id\":2}\n"), ALL);

        assertThat(published).hasContent("# line 1: phone: must be E.164\n{\"id\":1}\n");
        assertThat(listed(failed)).containsExactlyInAnyOrder("orders.jsonl", "orders-2.jsonl");
    }

    /** Leaves what an instance leaves that is killed while it reads a file. */
    private void crash(Path original) throws IOException {
        new RejectFile(original, failed).add(read(original).get(0), "of the crashed run");
    }

    @Test
    void takesNoLineOnceFinished() throws IOException {
        Path original = drop("orders.jsonl", "{\"id\":1}\n");
        EventLine line = read(original).get(0);

        try (var lines = new RejectFile(original, failed)) {
            lines.add(line, "phone: must be E.164");
            assertThat(lines.count()).isEqualTo(1);
            assertThat(lines.finish()).isEqualTo(lines.finish()).isPresent();
            assertThatIllegalStateException().isThrownBy(() -> lines.add(line, "late"));
        }
    }

    @Test
    void losesNoLineOfParallelThreads() throws Exception {
        int threads = 8;
        int linesPerThread = 250;
        Path original = drop(
                "orders.csv",
                "id,text\n"
                        + IntStream.range(0, threads * linesPerThread)
                                .mapToObj(id -> id + ",\"two\nlines\"\n")
                                .collect(Collectors.joining()));
        List<EventLine> all = read(original);
        var start = new CyclicBarrier(threads);
        var pool = Executors.newFixedThreadPool(threads);

        try (var lines = new RejectFile(original, failed)) {
            var tasks = new ArrayList<Callable<Boolean>>();
            for (int thread = 0; thread < threads; thread++) {
                List<EventLine> mine = all.subList(thread * linesPerThread, (thread + 1) * linesPerThread);
                tasks.add(() -> {
                    start.await();
                    for (EventLine line : mine) {
                        lines.add(line, "phone: must be E.164");
                    }
                    return true;
                });
            }
            for (Future<Boolean> result : pool.invokeAll(tasks)) {
                assertThat(result.get()).isTrue();
            }
            assertThat(lines.count()).isEqualTo(threads * linesPerThread);
            lines.finish();
        } finally {
            pool.shutdownNow();
        }

        assertThat(events(failed.resolve("orders.csv"))).containsExactlyInAnyOrderElementsOf(events(original));
    }

    @RepeatedTest(20)
    void givesFilesThatEndAtTheSameMomentDifferentNames() throws Exception {
        List<Path> originals = List.of(drop("orders.json", "[{\"id\":1}]"), drop("orders.jsonl", "{\"id\":2}\n"));
        var start = new CyclicBarrier(2);
        var pool = Executors.newFixedThreadPool(2);

        try {
            var published = new ArrayList<Path>();
            for (Future<Path> result : pool.invokeAll(originals.stream()
                    .map(original -> (Callable<Path>) () -> {
                        start.await();
                        return refuse(original, ALL).orElseThrow();
                    })
                    .toList())) {
                published.add(result.get());
            }
            assertThat(published)
                    .containsExactlyInAnyOrder(failed.resolve("orders.jsonl"), failed.resolve("orders-2.jsonl"));
            assertThat(published).flatMap(RejectFileTest::events).containsExactlyInAnyOrder("{\"id\":1}", "{\"id\":2}");
        } finally {
            pool.shutdownNow();
        }
    }

    private Path drop(String name, String content) throws IOException {
        return Files.writeString(inbox.resolve(name), content);
    }

    /** What the route does: lines that cannot be read are bad, and so are those that are refused. */
    private Optional<Path> refuse(Path original, Predicate<EventLine> refused) throws IOException {
        try (EventFile file = EventFile.open(original, EventFields.UNKNOWN);
                RejectFile lines = new RejectFile(original, failed)) {
            for (EventLine line : file) {
                if (line.problem() != null) {
                    lines.add(line);
                } else if (refused.test(line)) {
                    lines.add(line, "phone: must be E.164");
                }
            }
            return lines.finish();
        }
    }

    private static List<EventLine> read(Path path) {
        try (EventFile file = EventFile.open(path, EventFields.UNKNOWN)) {
            var lines = new ArrayList<EventLine>();
            file.forEach(lines::add);
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> events(Path path) {
        return read(path).stream()
                .map(line -> line.json() == null ? "BAD " + line.problem() : new String(line.json(), UTF_8))
                .toList();
    }

    private static List<String> listed(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
