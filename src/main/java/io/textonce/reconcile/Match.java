package io.textonce.reconcile;

import io.textonce.delivery.Candidates.Candidate;
import io.textonce.delivery.DueDelivery;
import io.textonce.message.Sms;
import io.textonce.twilio.TwilioMessages.Seen;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Result of matching a delivery with the listed messages that belong to no delivery.
 *
 * @param message the delivery's, or null
 * @param doubt why the list does not show which is its message, or whether there is one, so that absence is not proven
 *     either; null where it is
 * @param ends time after which a later list leaves this doubt no more; null if that is not known
 */
record Match(
        @Nullable Seen message,
        @Nullable String doubt,
        @Nullable Duration ends) {

    Match(@Nullable Seen message, @Nullable String doubt) {
        this(message, doubt, null);
    }

    /**
     * Assigns messages with the same text to one number in the order of their claims; none is assigned while the call
     * of another such delivery may be in progress, or an operator has to decide about one. As such deliveries may have
     * received each other's message, none of them is absent before all of their messages must be in the list.
     *
     * @param unbound listed messages that may be from the delivery's sender, in the order of creation
     * @param certain those of them that are
     * @param candidates deliveries that may own one of them, this one among them, in the order of their claims
     * @param since when the first of them can have been created, by Twilio's clock
     * @param listedAfter how long after its claim a message must be in the list
     */
    static Match of(
            DueDelivery due,
            List<Seen> unbound,
            List<Seen> certain,
            List<Candidate> candidates,
            Instant since,
            Duration listedAfter) {
        String body = due.text();
        if (body == null) {
            return new Match(
                    null,
                    unbound.isEmpty()
                            ? null
                            : "the message text is no longer stored, so no listed message can be matched");
        }
        if (candidates.stream().noneMatch(each -> each.id().equals(due.id()))) {
            // Nor can the others be known, which may own one of the messages.
            return new Match(null, "its number is stored under a hash key that is not set any more");
        }
        String text = Sms.textOf(body);
        var media = Sms.mediaOf(body);
        if (due.sms().policy().isContent() || text.isEmpty()) {
            return incomparable(unbound);
        }
        boolean shortened = due.sms().policy().hasShortenedLinks();
        BiPredicate<String, String> changed = shortened ? TextMatch::loosely : TextMatch::encoded;
        Predicate<Seen> isOthers = seen -> !TextMatch.encoded(text, seen.body())
                && candidates.stream()
                        .anyMatch(other -> other.text() != null
                                && !other.id().equals(due.id())
                                && TextMatch.exactly(Sms.textOf(other.text()), seen.body()));
        // Twilio may send media as a link behind the text, where a carrier has no MMS.
        var own = certain.stream()
                .filter(seen -> !seen.createdAt().isBefore(since) && seen.media() > 0 == !media.isEmpty())
                .filter(seen -> changed.test(text, seen.body()) && !isOthers.test(seen))
                .toList();
        var exact = own.stream()
                .filter(seen -> TextMatch.exactly(text, seen.body()))
                .toList();
        var match = exact.isEmpty()
                ? ofSameText(due, media, own, candidates, other -> changed.test(text, other))
                : ofSameText(due, media, exact, candidates, other -> TextMatch.encoded(text, other));
        if (match != null) {
            return match;
        }
        var last = candidates.stream()
                .filter(other -> !other.id().equals(due.id()))
                .map(Candidate::attempted)
                .min(Comparator.naturalOrder());
        if (last.isPresent() && last.get().compareTo(listedAfter) < 0) {
            return new Match(
                    null,
                    "the message of another delivery with the same text may not be listed yet",
                    listedAfter.minus(last.get()));
        }
        boolean uncertain = unbound.stream()
                .anyMatch(seen -> !own.contains(seen) && !isOthers.test(seen) && mayHave(seen, text, !media.isEmpty()));
        return new Match(
                null,
                uncertain ? "a listed message may be this one: its text, time or sender does not rule it out" : null);
    }

    /** Returns whether a message may have this text, as far as the list shows its own. */
    private static boolean mayHave(Seen seen, String text, boolean hasMedia) {
        return seen.body().isEmpty()
                || TextMatch.loosely(text, seen.body())
                || TextMatch.possibly(text, seen.body())
                || hasMedia && TextMatch.loosely(text + " https://media", seen.body());
    }

    /**
     * Returns the result if a message has this text and the delivery a place among those with it, else null.
     *
     * @param isSame whether Twilio may have made the same of another text
     */
    private static @Nullable Match ofSameText(
            DueDelivery due,
            List<String> media,
            List<Seen> found,
            List<Candidate> candidates,
            Predicate<String> isSame) {
        if (found.isEmpty()) {
            return null;
        }
        var wanting = candidates.stream()
                .filter(other -> !other.bound())
                .filter(other ->
                        other.id().equals(due.id()) || other.text() != null && isSame.test(Sms.textOf(other.text())))
                .toList();
        if (wanting.stream().anyMatch(other -> !media.equals(Sms.mediaOf(other.text())))) {
            return new Match(null, "the list does not show the media, and another delivery has the same text");
        }
        if (wanting.stream().anyMatch(other -> other.open() && !other.id().equals(due.id()))) {
            return new Match(null, "the listed message may belong to another delivery with the same text");
        }
        if (found.size() < wanting.size()
                && wanting.stream().anyMatch(other -> !Objects.equals(due.text(), other.text()))) {
            return new Match(null, "the listed message may belong to another delivery with a similar text");
        }
        int place = wanting.stream().map(Candidate::id).toList().indexOf(due.id());
        if (place < 0) {
            return null;
        }
        // Earlier deliveries take theirs first: one of them may have received its message since they were read.
        return place < found.size()
                ? new Match(found.get(place), null)
                : new Match(null, "the listed messages belong to earlier deliveries with the same text");
    }

    /** Returns the result where the list does not show what was sent: any message of the sender may be it. */
    private static Match incomparable(List<Seen> unbound) {
        return new Match(
                null,
                unbound.isEmpty()
                        ? null
                        : "Twilio's list does not show its content, so any message of the sender may be this one");
    }
}
