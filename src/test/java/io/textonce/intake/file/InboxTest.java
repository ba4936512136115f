package io.textonce.intake.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InboxTest {

    @TempDir
    private Path root;

    private Inbox inbox;

    @BeforeEach
    void open() {
        inbox = new Inbox(root);
    }

    @Test
    void opensNoLinkThatReplacedAFileAfterItWasChecked(@TempDir Path folder) throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "a\n1\n");
        Path link = Files.createSymbolicLink(folder.resolve("orders.csv"), secret);

        assertThatThrownBy(() -> EventFile.open(link, EventFields.UNKNOWN).close())
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> PlainFiles.read(link).close()).isInstanceOf(IOException.class);
        PlainFiles.create(link).close();

        assertThat(secret).hasContent("a\n1\n");
        assertThat(link)
                .isEmptyFile()
                .satisfies(file -> assertThat(Files.isSymbolicLink(file)).isFalse());
    }

    @Test
    void tellsTheEventByTheFolder() {
        assertThat(inbox.event(root.resolve("order-shipped/monday.csv"))).isEqualTo("order-shipped");
        assertThat(inbox.event(root.resolve("./a/../b2/monday.csv"))).isEqualTo("b2");
        assertThat(inbox.event(root.resolve("a".repeat(60) + "/monday.csv"))).hasSize(60);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "monday.csv", // in no event's folder
                "order-shipped/done/monday.csv", // put away
                "order-shipped/failed/monday.csv",
                "../order-shipped/monday.csv", // outside
                "order-shipped/../../elsewhere/monday.csv",
                "Order/monday.csv",
                "-order/monday.csv",
                "2nd/monday.csv",
                "order_shipped/monday.csv",
                "order.shipped/monday.csv",
                ".order/monday.csv",
                "order?a=b/monday.csv", // an endpoint's options
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/monday.csv", // 61
            })
    void knowsNoEventOfAnyOtherFile(String path) {
        assertThatIllegalArgumentException().isThrownBy(() -> inbox.event(root.resolve(path)));
    }

    @Test
    void findsAFreeNameInDone() throws IOException {
        Path file = root.resolve("order-shipped/monday.v1.csv");
        Path done = Files.createDirectories(root.resolve("order-shipped/done"));

        assertThat(inbox.done(file)).hasFileName("monday.v1.csv");
        Files.createFile(done.resolve("monday.v1.csv"));
        assertThat(inbox.done(file)).hasFileName("monday.v1-2.csv");
        Files.createFile(done.resolve("monday.v1-2.csv"));
        assertThat(inbox.done(file)).hasFileName("monday.v1-3.csv");
        assertThat(inbox.done(root.resolve("order-shipped/README"))).hasFileName("README");
    }

    @Test
    void gathersBadLinesBesideTheFile() throws IOException {
        Path file = Files.createDirectories(root.resolve("order-shipped")).resolve("monday.jsonl");
        Files.writeString(file, "oops\n");

        try (EventFile lines = EventFile.open(file, EventFields.UNKNOWN);
                RejectFile failed = inbox.failedLines(file)) {
            failed.add(lines.next());
            assertThat(failed.finish()).contains(root.resolve("order-shipped/failed/monday.jsonl"));
        }
    }
}
