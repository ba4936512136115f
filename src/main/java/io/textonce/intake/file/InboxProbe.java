package io.textonce.intake.file;

import io.textonce.peer.PeerMonitor;
import io.textonce.settings.TextOnceProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.stereotype.Component;

/**
 * Probe of the inbox that writes a file: a folder that is gone, full or read-only is not noticed otherwise until a file
 * can't be moved away. The name begins with a dot, so the file is never read.
 */
@Component
final class InboxProbe {

    InboxProbe(PeerMonitor peers, TextOnceProperties settings) {
        if (settings.intakes().contains("file")) {
            var inbox = peers.peer("inbox", "The inbox", "Files are not read, or stay where they are.");
            peers.probe(inbox, () -> {
                write(settings.inbox());
                inbox.succeeded();
            });
        }
    }

    private static void write(Path folder) throws IOException {
        Path file = Files.createTempFile(folder, ".textonce-probe-", ".tmp");
        try {
            Files.write(file, new byte[] {'\n'});
        } finally {
            Files.delete(file);
        }
    }
}
