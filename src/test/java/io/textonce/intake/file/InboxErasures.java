package io.textonce.intake.file;

import java.nio.file.Path;
import org.springframework.transaction.support.TransactionOperations;

/** Erasures of inboxes other than the application's. */
public final class InboxErasures {

    private InboxErasures() {}

    public static InboxErasure of(Path root) {
        return of(root, true);
    }

    static InboxErasure of(Path root, boolean isRead) {
        // No other instance has this inbox.
        var turns = new FileTurns(TransactionOperations.withoutTransaction(), key -> {});
        return new InboxErasure(new Inbox(root), turns, isRead);
    }
}
