package io.textonce.intake.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes to {@code done/} was read, whatever others do with the file's name meanwhile. */
class FileRunTest {

    @TempDir
    private Path root;

    private Path file;
    private Inbox inbox;

    @BeforeEach
    void drop() throws IOException {
        inbox = new Inbox(root);
        file = Files.createDirectories(root.resolve("order-shipped/done")).resolveSibling("monday.jsonl");
        Files.writeString(file, "{\"id\":1}\noops\n");
    }

    @Test
    void movesTheFileThatWasRead() throws IOException {
        try (var run = read()) {
            finish(run);
        }

        assertThat(file).doesNotExist();
        assertThat(done("monday.jsonl")).hasContent("{\"id\":1}\noops");
        assertThat(failed()).hasSize(1);
    }

    @Test
    void leavesAFileThatTookItsNameAndKeepsTheBadLines() throws IOException {
        try (var run = read()) {
            replace("{\"id\":2}");

            assertThatThrownBy(() -> finish(run)).isInstanceOf(FileStays.class).hasMessageContaining("another file");
        }

        assertThat(file).hasContent("{\"id\":2}");
        assertThat(done("monday.jsonl")).doesNotExist();
        assertThat(failed())
                .singleElement()
                .satisfies(kept -> assertThat(kept).content().endsWith("oops\n"));
    }

    @Test
    void putsBackAFileThatTookItsNameAfterTheLastLook() throws IOException {
        var read = FileVersion.of(file);
        replace("{\"id\":2}");

        assertThat(read.move(file, done("monday.jsonl"))).isFalse();

        assertThat(file).hasContent("{\"id\":2}");
        assertThat(done("monday.jsonl")).doesNotExist();
    }

    @Test
    void putsBackAFileThatWasWrittenOnAfterTheLastLook() throws IOException {
        var read = FileVersion.of(file);
        Files.writeString(file, "{\"id\":1}\noops\n{\"id\":3}\n");

        assertThat(read.move(file, done("monday.jsonl"))).isFalse();

        assertThat(file).hasContent("{\"id\":1}\noops\n{\"id\":3}");
    }

    @Test
    void leavesAFileThatWasWrittenOnToBeReadAgain() throws IOException {
        try (var run = read()) {
            Files.writeString(file, "{\"id\":1}\noops\n{\"id\":3}\n");

            assertThatThrownBy(() -> finish(run)).isInstanceOf(FileStays.class).hasMessageContaining("it changed");
        }

        assertThat(file).exists();
        assertThat(failed()).isEmpty();
    }

    @Test
    void leavesAFileOfWhichNotEveryLineWasProcessed() throws IOException {
        try (var run = read()) {
            run.stop("the database is unavailable");

            assertThatThrownBy(() -> finish(run))
                    .isInstanceOf(FileStays.class)
                    .hasMessage("the database is unavailable");
        }

        assertThat(file).exists();
        assertThat(failed()).isEmpty();
    }

    @Test
    void readsNoFurtherLineOnceTheApplicationStops() throws IOException {
        var isStopping = new AtomicBoolean();
        try (var run = new FileRun(file, inbox, isStopping::get, (position, lines, rejected) -> {})) {
            run.open(EventFields.UNKNOWN);
            var lines = run.lines();
            lines.next();
            isStopping.set(true);

            assertThat(lines.hasNext()).isFalse();
            assertThatThrownBy(() -> finish(run)).isInstanceOf(FileStays.class).hasMessageContaining("shutting down");
        }

        assertThat(file).exists();
    }

    @Test
    void leavesAnEmptyFileThatIsWrittenAfterAll() throws IOException {
        Files.writeString(file, "");

        try (var run = new FileRun(file, inbox, () -> false, (position, lines, rejected) -> {})) {
            assertThat(run.isEmpty()).isTrue();
            run.bad(EventLine.wholeFile(1, "was rejected"), "The file is empty.");
            Files.writeString(file, "{\"id\":1}\n");

            assertThatThrownBy(() -> finish(run)).isInstanceOf(FileStays.class);
        }

        assertThat(file).hasContent("{\"id\":1}");
        assertThat(failed()).isEmpty();
    }

    @Test
    void keepsTheBadLinesOfAFileThatWasTakenAway() throws IOException {
        try (var run = read()) {
            Files.delete(file);
            finish(run);
        }

        assertThat(failed()).hasSize(1);
        assertThat(done("monday.jsonl")).doesNotExist();
    }

    private static void finish(FileRun run) throws IOException {
        run.publish();
        run.move();
    }

    private FileRun read() throws IOException {
        var run = new FileRun(file, inbox, () -> false, (position, lines, rejected) -> {});
        run.open(EventFields.UNKNOWN);
        for (var lines = run.lines(); lines.hasNext(); ) {
            var line = lines.next();
            run.tried();
            if (line.problem() != null) {
                run.bad(line, line.problem());
            }
        }
        return run;
    }

    /** As a sender does that writes under another name and renames. */
    private void replace(String content) throws IOException {
        Path part = Files.writeString(file.resolveSibling(".monday.part"), content);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private Path done(String name) {
        return file.resolveSibling("done").resolve(name);
    }

    private List<Path> failed() throws IOException {
        Path failed = file.resolveSibling("failed");
        if (!Files.exists(failed)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(failed)) {
            return files.toList();
        }
    }
}
