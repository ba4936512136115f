package io.textonce.intake.file;

import java.nio.file.Path;

/** Erasures of inboxes other than the application's. */
public final class InboxErasures {

    private InboxErasures() {}

    public static InboxErasure of(Path root) {
        return of(root, true);
    }

    static InboxErasure of(Path root, boolean isRead) {
        var inbox = new Inbox(root);
        // No letter is replayed, so neither a schema nor a database is needed.
        return new InboxErasure(inbox, new FileLetters(inbox, null, null), isRead);
    }
}
