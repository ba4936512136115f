package io.textonce.sandbox;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Everything that happened, in order. Outlives restarts of the simulator; only {@link #clear} empties it. */
final class Ledger {

    private final List<TwilioPost> posts = new ArrayList<>();
    private final List<TwilioWebhook> webhooks = new ArrayList<>();
    private final Map<String, TwilioMessage> messages = new LinkedHashMap<>();
    private final Map<String, List<String>> sidsByRecipient = new HashMap<>();
    private int generation;

    /** Changes a post that was noted on arrival; does nothing after the ledger was cleared. */
    interface Entry {
        void change(UnaryOperator<TwilioPost> change);
    }

    synchronized Entry received(TwilioPost post) {
        posts.add(post);
        int index = posts.size() - 1;
        int bornIn = generation;
        return change -> {
            synchronized (this) {
                if (generation == bornIn) {
                    posts.set(index, change.apply(posts.get(index)));
                }
            }
        };
    }

    synchronized void created(TwilioMessage message) {
        messages.put(message.sid(), message);
        sidsByRecipient.computeIfAbsent(message.to(), to -> new ArrayList<>()).add(message.sid());
    }

    synchronized @Nullable TwilioMessage change(String sid, UnaryOperator<TwilioMessage> change) {
        return messages.computeIfPresent(sid, (key, message) -> change.apply(message));
    }

    synchronized void deleted(String sid) {
        var message = messages.remove(sid);
        if (message != null) {
            sidsByRecipient.get(message.to()).remove(sid);
        }
    }

    synchronized void called(TwilioWebhook webhook) {
        webhooks.add(webhook);
    }

    synchronized @Nullable TwilioMessage message(String sid) {
        return messages.get(sid);
    }

    synchronized List<TwilioMessage> messages() {
        return List.copyOf(messages.values());
    }

    synchronized List<TwilioMessage> sentTo(String number) {
        return sidsByRecipient.getOrDefault(number, List.of()).stream()
                .map(messages::get)
                .toList();
    }

    synchronized List<TwilioPost> posts() {
        return List.copyOf(posts);
    }

    synchronized int postCount() {
        return posts.size();
    }

    synchronized List<TwilioWebhook> webhooks() {
        return List.copyOf(webhooks);
    }

    synchronized void clear() {
        generation++;
        posts.clear();
        webhooks.clear();
        messages.clear();
        sidsByRecipient.clear();
    }
}
