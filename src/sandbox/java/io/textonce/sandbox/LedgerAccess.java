package io.textonce.sandbox;

import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Read access to the ledger of a simulator, for tests. */
abstract class LedgerAccess {

    final Ledger ledger = new Ledger();

    /** All messages that were created, oldest first: the texts that people get. */
    public List<TwilioMessage> messages() {
        return ledger.messages();
    }

    /** The messages that were created for this number: the texts that this person gets. */
    public List<TwilioMessage> sentTo(String number) {
        return ledger.sentTo(number);
    }

    /** @throws NoSuchElementException when there is none */
    public TwilioMessage message(String sid) {
        var message = ledger.message(sid);
        if (message == null) {
            throw new NoSuchElementException("No message " + sid);
        }
        return message;
    }

    /** Returns the message that a POST created, or null if there is none. */
    @Nullable
    TwilioMessage messageOf(TwilioPost post) {
        return post.sid() == null ? null : ledger.message(post.sid());
    }

    /** Returns all POSTs to Messages.json, oldest first, also those that were rejected, failed or hang. */
    public List<TwilioPost> posts() {
        return ledger.posts();
    }

    /** Returns those of them to an address. */
    public List<TwilioPost> postsTo(String address) {
        return posts().stream()
                .filter(post -> address.equals(post.parameter("To")))
                .toList();
    }

    public int postCount() {
        return ledger.postCount();
    }

    /** All attempts to call the application back, in the order in which they ended. */
    public List<TwilioWebhook> webhooks() {
        return ledger.webhooks();
    }
}
