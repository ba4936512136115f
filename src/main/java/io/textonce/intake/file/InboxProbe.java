package io.textonce.intake.file;

import io.textonce.peer.PeerMonitor;
import io.textonce.settings.TextOnceProperties;
import java.io.IOException;
import java.nio.file.AccessMode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * Probe of the inbox that writes a file: a folder that is gone, full or read-only is not noticed otherwise until a file
 * can't be moved away. The name begins with a dot, so the file is never read. In the folders of events, which others
 * list, it writes nothing and checks that it could.
 */
@Component
final class InboxProbe {

    private final Inbox inbox;

    InboxProbe(PeerMonitor peers, Inbox inbox, TextOnceProperties settings) {
        this.inbox = inbox;
        if (settings.intakes().contains("file")) {
            var peer = peers.peer("inbox", "The inbox", "Files are not read, or stay where they are.");
            peers.probe(peer, () -> {
                check();
                peer.succeeded();
            });
        }
    }

    private void check() throws IOException {
        write(inbox.root());
        for (Path event : inbox.events()) {
            if (Files.isDirectory(event)) {
                checkAccess(event);
                for (String name : List.of("done", "failed")) {
                    Path folder = event.resolve(name);
                    // A link is never followed: the filter of files reports it.
                    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS) && !Files.isSymbolicLink(folder)) {
                        checkAccess(folder);
                    }
                }
            }
        }
    }

    private static void checkAccess(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new NotDirectoryException(folder.toString());
        }
        folder.getFileSystem().provider().checkAccess(folder, AccessMode.READ, AccessMode.WRITE, AccessMode.EXECUTE);
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
