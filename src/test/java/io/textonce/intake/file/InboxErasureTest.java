package io.textonce.intake.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InboxErasureTest {

    private static final Instant READ = Instant.parse("2026-06-02T09:00:00Z");

    @TempDir
    private Path root;

    private Path failed;

    @BeforeEach
    void createTheFolder() throws IOException {
        failed = Files.createDirectories(root.resolve("order-shipped/failed"));
    }

    @Test
    void removesARecordWithAllItsLinesAndItsReason() throws IOException {
        Path file = write("orders.csv", """
                eventId,phone,note
                # line 2: phone: is wrong
                order-1,555-0187,"a
                b"
                # line 4: phone: is wrong
                order-2,555-0188,c\r
                """);

        assertThat(erasure(true).erase(text -> text.contains("0187"))).isEqualTo(1);

        assertThat(file).content().isEqualTo("""
                eventId,phone,note
                # line 4: phone: is wrong
                order-2,555-0188,c\r
                """);
        assertThat(Files.getLastModifiedTime(file).toInstant()).isEqualTo(READ);
    }

    @Test
    void removesTheLinesOfAFileThatWasRejectedAsAWhole() throws IOException {
        Path file = write("orders.csv", "# has no column phone\nnumber;id\n0187;1\n0188;2\n");

        assertThat(erasure(true).erase(text -> text.contains("0187"))).isEqualTo(1);

        assertThat(file).content().isEqualTo("# has no column phone\nnumber;id\n0188;2\n");
    }

    @Test
    void removesWhatAnErasureLeftThatWasKilled() throws IOException {
        Path file = write("orders.csv", "# line 1: phone: is wrong\n0188\n");
        Files.writeString(PartFile.of(failed, "orders.csv", "rest").path(), "# line 1: phone: is wrong\n0187\n");

        erasure(true).erase(text -> text.contains("0187"));

        try (var left = Files.list(failed)) {
            assertThat(left).containsExactly(file);
        }
    }

    @Test
    void removesARecordOfAFileWithTheLongestName() throws IOException {
        Path file =
                write("o".repeat(251) + ".csv", "# line 1: phone: is wrong\n0187\n# line 2: phone: is wrong\n0188\n");

        assertThat(erasure(true).erase(text -> text.contains("0187"))).isEqualTo(1);

        assertThat(file).content().isEqualTo("# line 2: phone: is wrong\n0188\n");
        assertThat(failed).isDirectoryContaining(left -> left.equals(file));
    }

    @Test
    void deletesAFileOfWhichNothingIsLeft() throws IOException {
        Path file = write("orders.jsonl", "# line 1: phone: is wrong\n{\"phone\":\"0187\"}\n");

        erasure(true).erase(text -> text.contains("0187"));

        assertThat(failed).isEmptyDirectory();
        assertThat(file).doesNotExist();
    }

    /** A folder with a mistake in its name has files, too, all of them rejected. */
    @Test
    void findsTheFilesOfAFolderThatIsNoEvents() throws IOException {
        failed = Files.createDirectories(root.resolve("Order_Shipped/failed"));
        Path file = write("orders.csv", "# Unknown event.\nnumber;id\n0187;1\n0188;2\n");

        assertThat(erasure(true).erase(text -> text.contains("0187"))).isEqualTo(1);
        assertThat(file).content().isEqualTo("# Unknown event.\nnumber;id\n0188;2\n");

        assertThat(erasure(true).purge(READ.plusSeconds(1))).isEqualTo(1);
        assertThat(file).doesNotExist();
    }

    @Test
    void leavesFilesAloneToWhichLinksLead(@TempDir Path elsewhere) throws IOException {
        Path file = Files.writeString(elsewhere.resolve("orders.jsonl"), "# line 1: phone: is wrong\n0187\n");
        Files.setLastModifiedTime(file, FileTime.from(READ));
        Files.createSymbolicLink(root.resolve("order-shipped/done"), elsewhere);
        Files.createSymbolicLink(failed.resolve("link.jsonl"), file);
        Files.createDirectories(root.resolve("order-delayed"));
        Files.createSymbolicLink(root.resolve("order-delayed/failed"), elsewhere);

        assertThat(erasure(true).erase(text -> text.contains("0187"))).isZero();
        assertThat(erasure(true).purge(READ.plusSeconds(1))).isZero();

        assertThat(file).exists();
    }

    /** A volume that is not mounted has no files to be searched, and is not searched. */
    @Test
    void failsIfTheInboxIsNotThere() {
        var erasure = InboxErasures.of(root.resolve("unmounted"), true);

        assertThatThrownBy(() -> erasure.erase(text -> true)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void leavesTheInboxAloneWithoutTheFileIntake() throws IOException {
        Path file = write("orders.jsonl", "# line 1: phone: is wrong\n{\"phone\":\"0187\"}\n");

        assertThat(erasure(false).erase(text -> true)).isZero();
        assertThat(erasure(false).purge(Instant.now())).isZero();

        assertThat(file).exists();
    }

    private Path write(String name, String content) throws IOException {
        Path file = Files.writeString(failed.resolve(name), content);
        return Files.setLastModifiedTime(file, FileTime.from(READ));
    }

    private InboxErasure erasure(boolean isRead) {
        return InboxErasures.of(root, isRead);
    }
}
