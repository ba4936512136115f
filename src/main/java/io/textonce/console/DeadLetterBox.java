package io.textonce.console;

import io.textonce.delivery.Delivery;
import io.textonce.event.CloudEvent;
import io.textonce.event.EventOutcome;
import io.textonce.event.EventRejected;
import io.textonce.http.Problem;
import io.textonce.intake.DeadLetter;
import io.textonce.intake.DeadLetterPlace;
import io.textonce.security.OperatorAct;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.camel.ProducerTemplate;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jms.JmsException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Dead letters of all places: search, replay and discard. A replayed event takes the way of any other, so one that is
 * replayed twice is a duplicate; its letter is removed once it was accepted.
 */
@Component
final class DeadLetterBox {

    /** Error of a letter that is not there any more. */
    static final String NOT_FOUND = "not_found";

    private static final String ROUTE = "direct:intake-replay";

    /** Character that stands for bytes that are not UTF-8 where a letter was read. A phone must not get it. */
    private static final char UNREADABLE = '\uFFFD';

    private final List<DeadLetterPlace> places;
    private final ProducerTemplate routes;
    private final AuditLog audit;
    private final DeadLetterLeases leases;
    private final TransactionOperations transactions;

    DeadLetterBox(
            List<DeadLetterPlace> places,
            ProducerTemplate routes,
            AuditLog audit,
            DeadLetterLeases leases,
            TransactionOperations transactions) {
        this.leases = leases;
        this.transactions = transactions;
        this.places = places;
        this.routes = routes;
        this.audit = audit;
    }

    /** Returns whether there is a place of this name. */
    boolean hasPlace(String name) {
        return places.stream().anyMatch(place -> place.name().equals(name));
    }

    /** Returns the letters that match, newest first, and how many there are. */
    Found find(Wanted wanted) {
        var letters = new ArrayList<DeadLetter>();
        var away = new ArrayList<String>();
        boolean isCut = false;
        for (var place : places) {
            if (wanted.place().isEmpty() || wanted.place().equals(place.name())) {
                try {
                    var listed = place.list(wanted::matches);
                    letters.addAll(listed);
                    isCut |= listed.size() == DeadLetterPlace.MOST;
                } catch (JmsException | IOException | DataAccessException | TransactionException e) {
                    away.add(place.name());
                }
            }
        }
        letters.sort(Comparator.comparing(DeadLetter::at).reversed());
        return new Found(letters, isCut, away);
    }

    /** @throws EventRejected 404 if it is not there any more */
    DeadLetter one(String id) {
        String key = DeadLetter.key(id);
        if (key == null) {
            throw notFound();
        }
        try {
            return place(id).find(key).orElseThrow(DeadLetterBox::notFound);
        } catch (JmsException | IOException e) {
            throw away();
        }
    }

    /** Returns a letter with its content, which the audit log records. */
    DeadLetter opened(String id, @Nullable String user) {
        var letter = one(id);
        audit.record(user, "viewed", null, null, "dead letter of " + letter.origin());
        return letter;
    }

    /**
     * Replays the event of a letter and removes the letter.
     *
     * @param event its name, if it was fixed; else empty
     * @param body the content, if it was fixed
     * @return the status of its message, or what happens next
     * @throws EventRejected if the event is still rejected, and the letter stays; or if another operator acts on it, or
     *     has removed it
     */
    String replay(String id, String event, @Nullable String body, @Nullable String user) {
        return leases.hold(id, () -> replay(one(id), event, body, user));
    }

    private String replay(DeadLetter letter, String event, @Nullable String body, @Nullable String user) {
        String status = letter.wholeFile() ? "read again" : accept(letter, event, body);
        String fixed = body == null || body.equals(letter.body()) ? "" : ", fixed";
        recorded(letter, "replayed", fixed, user, place -> {
            if (letter.wholeFile()) {
                place.readAgain(letter);
            } else {
                place.remove(letter);
            }
        });
        return status;
    }

    private String accept(DeadLetter letter, String event, @Nullable String body) {
        var place = place(letter.id());
        String name = event.isBlank() ? letter.event() : event.strip();
        String content = body == null ? letter.body() : body;
        if (content.indexOf(UNREADABLE) >= 0) {
            throw EventRejected.ofField(
                    "body", "has the character U+FFFD in the place of one that was not UTF-8; replace it");
        }
        try {
            return accept(place.source(), name, place.json(letter, content));
        } catch (JmsException | IOException e) {
            throw away();
        }
    }

    private String accept(@Nullable String source, @Nullable String event, String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        var cloudEvent = CloudEvent.mayBe(bytes) ? CloudEvent.structured(bytes) : null;
        var exchange = routes.send(ROUTE, sent -> {
            sent.setVariable("event", cloudEvent == null ? event : cloudEvent.event());
            if (source != null) {
                sent.setVariable("source", source);
            }
            sent.getMessage().setBody(cloudEvent == null ? bytes : cloudEvent.json());
        });
        if (exchange.getException() != null) {
            var rejection = Problem.rejection(exchange.getException());
            if (rejection != null) {
                throw rejection;
            }
            var problem = Problem.of(exchange.getException());
            throw new EventRejected(problem.status(), problem.error(), problem.detail());
        }
        var delivery = exchange.getVariable("delivery", Delivery.class);
        if (delivery == null) {
            var outcome = exchange.getVariable("outcome", EventOutcome.class);
            return outcome == null ? "accepted" : outcome.status();
        }
        return delivery.duplicate() ? "duplicate" : delivery.status().word();
    }

    /** Replays all letters that match, as they are. */
    Replayed replayAll(Wanted wanted, @Nullable String user) {
        int accepted = 0;
        var reasons = new TreeMap<String, Long>();
        for (var letter : find(wanted).letters()) {
            try {
                replay(letter.id(), "", null, user);
                accepted++;
            } catch (EventRejected e) {
                reasons.merge(e.reason(), 1L, Long::sum);
            }
        }
        return new Replayed(accepted, reasons);
    }

    /**
     * Removes a letter for good, for a reason.
     *
     * @throws EventRejected if another operator acts on it, or has removed it
     */
    void discard(String id, String reason, @Nullable String user) {
        String why = OperatorAct.reason(reason);
        leases.hold(id, () -> {
            var letter = one(id);
            recorded(letter, "discarded", ": " + why, user, place -> {
                if (!place.remove(letter)) {
                    throw notFound();
                }
            });
            return letter;
        });
    }

    /** Performs what removes a letter, in the transaction that records it: what can't be recorded is not done. */
    private void recorded(DeadLetter letter, String verb, String words, @Nullable String user, Removal removal) {
        transactions.executeWithoutResult(transaction -> {
            audit.record(user, verb, null, null, "dead letter of " + letter.origin() + words);
            try {
                removal.of(place(letter.id()));
            } catch (JmsException | IOException e) {
                throw away();
            }
        });
    }

    /** Removal of a letter from its place. */
    private interface Removal {
        void of(DeadLetterPlace place) throws IOException;
    }

    private DeadLetterPlace place(String id) {
        return places.stream()
                .filter(place -> id.startsWith(place.name() + "."))
                .findFirst()
                .orElseThrow(DeadLetterBox::notFound);
    }

    private static EventRejected notFound() {
        return new EventRejected(
                404, NOT_FOUND, "There is no such dead letter. It may have been replayed or discarded.");
    }

    private static EventRejected away() {
        return new EventRejected(503, "try_again", "The place of the dead letter could not be reached. Retry.");
    }

    /** Search of dead letters; an empty value matches everything. */
    record Wanted(String place, String event, String text) {

        private boolean matches(DeadLetter letter) {
            return (event.isEmpty() || event.equals(letter.event())) && (text.isEmpty() || letter.has(text));
        }
    }

    /**
     * Letters that match.
     *
     * @param isCut whether a place may have more of them than it lists
     * @param away names of the places that could not be reached
     */
    record Found(List<DeadLetter> letters, boolean isCut, List<String> away) {

        /** Returns the number of letters by place, event and reason, the most first. */
        List<Count> counts() {
            return letters.stream()
                    .collect(Collectors.groupingBy(
                            letter -> List.of(
                                    letter.place(),
                                    letter.event() == null ? "unknown" : letter.event(),
                                    letter.shownReason()),
                            Collectors.counting()))
                    .entrySet()
                    .stream()
                    .map(entry -> new Count(
                            entry.getKey().get(0),
                            entry.getKey().get(1),
                            entry.getKey().get(2),
                            entry.getValue()))
                    .sorted(Comparator.comparingLong(Count::many).reversed())
                    .toList();
        }
    }

    /** Number of letters of a place and an event with the same reason. */
    public record Count(String place, String event, String reason, long many) {}

    /**
     * Result of a replay of several letters.
     *
     * @param rejected events that are still rejected, by the reason; their letters stay
     */
    public record Replayed(int accepted, Map<String, Long> rejected) {}
}
