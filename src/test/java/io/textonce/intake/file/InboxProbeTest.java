package io.textonce.intake.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.peer.PeerMonitor;
import io.textonce.sandbox.LogRecorder;
import io.textonce.settings.TextOnceProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An instance waits for the second failure of a probe before it calls a peer unavailable. */
@Tag("slow")
class InboxProbeTest {

    @TempDir
    Path root;

    private final PeerMonitor peers = new PeerMonitor(Clock.systemUTC());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final LogRecorder log = new LogRecorder();
    private Path event;

    @BeforeEach
    void createFolders() throws IOException {
        event = root.resolve("order-shipped");
        Files.createDirectories(event.resolve("done"));
        Files.createDirectories(event.resolve("failed"));
        Files.createDirectories(root.resolve("no-file-yet"));
        Files.createDirectories(root.resolve("linked"));
        // The filter of files ignores and reports what lies beside a link.
        Files.createSymbolicLink(root.resolve("linked/done"), root.resolve("nowhere"));
        Files.writeString(root.resolve("notes"), "not the folder of an event");
    }

    @AfterEach
    void close() {
        peers.destroy();
        log.close();
    }

    @Test
    void reportsAFolderOnceToWhichNoFileCanBeMoved() throws IOException {
        probe();
        await().atMost(Duration.ofSeconds(30)).until(this::up, isUp -> isUp == 1);
        Path done = obstruct("done");
        await().atMost(Duration.ofSeconds(30)).until(this::up, isUp -> isUp == 0);
        assertThat(words()).contains("NotDirectoryException: " + done, "Files are not read");
        Path failed = obstruct("failed");
        clear(done);
        await().atMost(Duration.ofSeconds(30)).until(() -> words().contains("NotDirectoryException: " + failed));
        clear(failed);
        await().atMost(Duration.ofSeconds(30)).until(this::up, isUp -> isUp == 1);

        assertThat(log.lines())
                .filteredOn(line -> line.startsWith("The inbox is unavailable since"))
                .hasSize(1);
    }

    private Path obstruct(String name) throws IOException {
        Path folder = event.resolve(name);
        Files.delete(folder);
        return Files.writeString(folder, "");
    }

    private static void clear(Path folder) throws IOException {
        Files.delete(folder);
        Files.createDirectory(folder);
    }

    private String words() {
        return String.valueOf(peers.health().getDetails().get("inbox"));
    }

    @Test
    void writesNothingIntoTheFoldersOfEvents() throws IOException {
        var before = Files.getLastModifiedTime(event.resolve("done"));

        probe();

        await().atMost(Duration.ofSeconds(30)).until(this::up, isUp -> isUp == 1);
        assertThat(Files.getLastModifiedTime(event.resolve("done"))).isEqualTo(before);
    }

    private void probe() {
        var settings = mock(TextOnceProperties.class);
        when(settings.intakes()).thenReturn(Set.of("file"));
        new InboxProbe(peers, new Inbox(root), settings);
        peers.bindTo(meters);
    }

    private double up() {
        return meters.get("textonce.peer.up").tag("peer", "inbox").gauge().value();
    }
}
