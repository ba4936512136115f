package io.textonce.sandbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.sandbox.Call.Ids;
import io.textonce.sandbox.Fault.Answer;
import io.textonce.sandbox.Fault.Quirk;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Messages.json: create with all its faults, fetch, cancel, redact and delete. */
final class MessagesApi {

    private final Ledger ledger;
    private final FaultPlan faults;
    private final MessageJourneys journeys;
    private final CreateRules rules;
    private final Set<String> optOuts;
    private final String account;
    private final String poolNumber;
    private final Clock clock;
    private final Queue<Fault> updates = new ConcurrentLinkedQueue<>();
    private volatile CountDownLatch closing = new CountDownLatch(1);

    MessagesApi(
            Ledger ledger,
            FaultPlan faults,
            MessageJourneys journeys,
            Set<String> optOuts,
            String account,
            String poolNumber,
            Clock clock) {
        this.ledger = ledger;
        this.faults = faults;
        this.journeys = journeys;
        this.optOuts = optOuts;
        this.account = account;
        this.poolNumber = poolNumber;
        this.clock = clock;
        this.rules = new CreateRules(clock, optOuts);
    }

    void open() {
        closing = new CountDownLatch(1);
    }

    /** Lets go of every request that hangs. */
    void close() {
        closing.countDown();
    }

    Ledger.Entry note(Call call) {
        return ledger.received(TwilioPost.of(call, clock.instant(), "under way"));
    }

    void create(Call call, Ledger.Entry entry, String accountSid) throws IOException {
        Form form = call.form();
        Fault fault = faults.faultFor(form.text("To"));
        if (fault.preventsRecording()) {
            answer(call, entry, null, fault);
            return;
        }
        TwilioError rejection = rules.rejection(form);
        if (rejection != null) {
            refuse(call, entry, rejection);
            return;
        }
        fault = optedOutOfService(form) ? Fault.fails(21610).and(fault) : fault;
        var message = record(accountSid, form, fault);
        entry.change(post -> post.withSid(message.sid()));
        boolean answerFirst =
                fault.answer() == null && fault.delayMillis() == 0 && !fault.has(Quirk.CALLBACK_BEFORE_ANSWER);
        if (!answerFirst) {
            journeys.begin(message.sid());
        }
        try {
            answer(call, entry, message, fault);
        } finally {
            if (answerFirst) {
                journeys.begin(message.sid());
            }
        }
    }

    void refuse(Call call, Ledger.Entry entry, TwilioError error) throws IOException {
        entry.change(post -> post.withOutcome(error.status() + " code " + error.code()));
        call.error(error);
    }

    void fetch(Call call, String accountSid, String sid) throws IOException {
        var message = find(accountSid, sid);
        if (message == null) {
            call.error(TwilioError.notFound(call.path()));
        } else {
            call.json(200, message.json());
        }
    }

    void nextUpdate(Fault fault) {
        updates.add(fault);
    }

    void update(Call call, String accountSid, String sid) throws IOException {
        Form form = call.form();
        Fault fault = updates.poll();
        if (fault != null) {
            hold(Duration.ofMillis(fault.delayMillis()));
            call.misbehave(fault);
            return;
        }
        boolean cancels = form.text("Status").equals("canceled") && !form.has("Body");
        boolean redacts = form.has("Body") && form.text("Body").isEmpty() && !form.has("Status");
        var found = find(accountSid, sid);
        if (found == null) {
            call.error(TwilioError.notFound(call.path()));
        } else if (!cancels && !redacts) {
            call.error(TwilioError.of(30400, "Either Status=canceled or an empty Body"));
        } else if (redacts && !found.isFinished()) {
            call.error(TwilioError.of(20009, "Message is not complete yet"));
        } else if (cancels && !journeys.cancel(sid)) {
            call.error(TwilioError.of(30409, "Message cannot be canceled"));
        } else {
            if (redacts) {
                ledger.change(sid, message -> message.redacted(clock.instant()));
            }
            fetch(call, accountSid, sid);
        }
    }

    void delete(Call call, String accountSid, String sid) throws IOException {
        var found = find(accountSid, sid);
        if (found == null) {
            call.error(TwilioError.notFound(call.path()));
        } else if (!found.isFinished()) {
            call.error(TwilioError.of(20009, "Message is not complete yet"));
        } else {
            ledger.deleted(sid);
            call.send(204, "text/plain", "");
        }
    }

    private @Nullable TwilioMessage find(String accountSid, String sid) {
        var message = ledger.message(sid);
        return message == null || !message.accountSid().equals(accountSid) ? null : message;
    }

    private TwilioMessage record(String accountSid, Form form, Fault fault) {
        String service = form.text("MessagingServiceSid");
        String from = form.text("From");
        String text = form.has("ContentSid")
                ? "Template " + form.text("ContentSid") + " with " + form.text("ContentVariables")
                : form.text("Body");
        String body = Rewriting.apply(text, form, fault);
        Instant now = clock.instant();
        String status = CreateRules.sendAt(form) != null ? "scheduled" : service.isEmpty() ? "queued" : "accepted";
        String callback = form.text("StatusCallback");
        int media = form.count("MediaUrl");
        var message = new TwilioMessage(
                Ids.next(media > 0 ? "MM" : "SM"),
                accountSid,
                form.text("To"),
                from.isEmpty() ? null : from,
                service.isEmpty() ? null : service,
                body,
                status,
                null,
                Segments.count(body),
                media,
                now,
                now,
                null,
                callback.isEmpty() ? null : callback);
        journeys.add(message, fault, CreateRules.sendAt(form));
        ledger.created(message);
        return message;
    }

    TwilioMessage sendElsewhere(String from, String to, String body) {
        Instant now = clock.instant();
        var message = new TwilioMessage(
                Ids.next("SM"),
                account,
                to,
                from,
                null,
                body,
                "delivered",
                null,
                Segments.count(body),
                0,
                now,
                now,
                now,
                null);
        ledger.created(message);
        return message;
    }

    /** A messaging service takes the message and lets it fail later. */
    private boolean optedOutOfService(Form form) {
        return form.text("From").isEmpty() && optOuts.contains(CreateRules.pair(form.text("To"), poolNumber));
    }

    private void answer(Call call, Ledger.Entry entry, @Nullable TwilioMessage message, Fault fault)
            throws IOException {
        Answer answer = fault.answer();
        entry.change(post -> post.withOutcome(inWords(fault)));
        hold(Duration.ofMillis(fault.delayMillis()));
        if (answer == null && message != null) {
            call.json(201, message.json());
        } else if (answer == Answer.WITHOUT_SID) {
            ObjectNode json = message == null ? JsonNodeFactory.instance.objectNode() : message.json();
            call.json(201, json.without(Set.of("sid", "uri", "subresource_uris")));
        } else {
            call.misbehave(fault);
        }
    }

    private static String inWords(Fault fault) {
        if (fault.answer() == null) {
            return fault.delayMillis() == 0 ? "201" : "201 after " + fault.delayMillis() + " ms";
        }
        return switch (fault.answer()) {
            case ERROR -> fault.status() + " code " + fault.code();
            case HTML -> fault.status() + " with HTML";
            case EMPTY -> fault.status() + " without a body";
            case GARBAGE -> "201 with garbage";
            case WITHOUT_SID -> "201 without a sid";
            case CLOSE -> "closed without an answer";
        };
    }

    private void hold(Duration time) {
        try {
            // The latch only ends the wait early, when the simulator closes.
            boolean ignored = !time.isZero() && closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
