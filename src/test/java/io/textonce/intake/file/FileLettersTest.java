package io.textonce.intake.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.textonce.intake.DeadLetterPlace;
import io.textonce.intake.RouteSchemas;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.transaction.support.TransactionOperations;

class FileLettersTest {

    /** More than an array holds. The file has a hole of this size, and takes no space. */
    private static final long HUGE = 3L << 30;

    @TempDir
    private Path root;

    private Path failed;
    private FileLetters letters;

    @BeforeEach
    void createTheFolder() throws IOException {
        failed = Files.createDirectories(root.resolve("order-shipped/failed"));
        letters = new FileLetters(
                new Inbox(root),
                mock(RouteSchemas.class),
                new FileTurns(TransactionOperations.withoutTransaction(), key -> {}));
    }

    @Test
    void listsAFileOfAnySizeThatWasRejectedAsAWhole() throws IOException {
        write("orders.json", "# the JSON is broken in element 7\n[{}", HUGE);

        var listed = letters.list(letter -> true);

        assertThat(listed).singleElement().satisfies(letter -> {
            assertThat(letter.wholeFile()).isTrue();
            assertThat(letter.reason()).isEqualTo("the JSON is broken in element 7");
            assertThat(letters.find(letter.key())).contains(letter);
        });
    }

    @Test
    void readsOfAFileOfAnySizeNoMoreThanItLists() throws IOException {
        String lines = "# line 2: phone: is wrong\n7,8\n".repeat(DeadLetterPlace.MOST + 1);
        write("orders.csv", "eventId,phone\n" + lines, HUGE);

        var listed = letters.list(letter -> true);

        assertThat(listed).hasSize(DeadLetterPlace.MOST);
        assertThat(letters.find(listed.get(0).key())).get().satisfies(letter -> {
            assertThat(letter.head()).isEqualTo("eventId,phone");
            assertThat(letter.body()).isEqualTo("7,8");
        });
    }

    @Test
    void keepsTheBytesOfOtherLines() throws IOException {
        String first = "eventId,phone\n# line 2: phone: is wrong\n7,\"M\u00e4rz\n8\"\n";
        String third = "# line 5: is longer than 64 KiB\n# line 6: is not UTF-8\n\u00e4,\r\n";
        Path file = write("orders.csv", first + "# line 4: phone: is wrong\n8,9\n" + third, 0);

        var second = letters.list(letter -> letter.body().equals("8,9")).get(0);

        assertThat(letters.remove(second)).isTrue();
        assertThat(letters.remove(second)).isFalse();
        assertThat(file).content(StandardCharsets.ISO_8859_1).isEqualTo(first + third);
        for (var letter : letters.list(letter -> true)) {
            assertThat(letters.remove(letter)).isTrue();
        }
        assertThat(failed).isEmptyDirectory();
    }

    private Path write(String name, String content, long size) throws IOException {
        Path file = failed.resolve(name);
        Files.writeString(file, content, StandardCharsets.ISO_8859_1);
        if (size > 0) {
            try (var hole = new RandomAccessFile(file.toFile(), "rw")) {
                hole.setLength(size);
            }
        }
        return file;
    }
}
