package io.textonce.sandbox;

import io.textonce.sandbox.Fault.Quirk;
import io.textonce.sandbox.WebhookSender.Signed;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Moves each message from status to status and calls back after each step. The callbacks of one message are sent one
 * after the other, so that only a fault puts them out of order. A journey that is interrupted by a stop goes on after
 * the next start.
 */
final class MessageJourneys {

    private static final DateTimeFormatter RECEIPT_TIME = DateTimeFormatter.ofPattern("yyMMddHHmm");

    private final Ledger ledger;
    private final Accounts accounts;
    private final WebhookSender sender;
    private final Clock clock;
    private final String poolNumber;
    private final Map<String, Journey> journeys = new ConcurrentHashMap<>();
    private volatile Duration delay;
    private volatile @Nullable ScheduledThreadPoolExecutor timer;

    /** @param poolNumber what a messaging service sends from */
    MessageJourneys(
            Ledger ledger, Accounts accounts, WebhookSender sender, Clock clock, String poolNumber, Duration delay) {
        this.ledger = ledger;
        this.accounts = accounts;
        this.sender = sender;
        this.clock = clock;
        this.poolNumber = poolNumber;
        this.delay = delay;
    }

    private record Step(String status, @Nullable Integer errorCode) {}

    private static final class Journey {
        private final String sid;
        private final Fault fault;
        private final Deque<Step> ahead;
        private @Nullable Instant notBefore;
        private final List<Step> heldBack = new ArrayList<>();
        private CompletableFuture<?> lastCallback = CompletableFuture.completedFuture(null);

        private Journey(String sid, Fault fault, @Nullable Instant notBefore, Deque<Step> ahead) {
            this.sid = sid;
            this.notBefore = notBefore;
            this.fault = fault;
            this.ahead = ahead;
        }
    }

    void delay(Duration newDelay) {
        delay = newDelay;
    }

    void resume() {
        var started = new ScheduledThreadPoolExecutor(1, work -> {
            var thread = new Thread(work, "twilio-simulator-journeys");
            thread.setDaemon(true);
            return thread;
        });
        timer = started;
        journeys.values().forEach(journey -> proceed(journey));
    }

    void pause() {
        var running = timer;
        timer = null;
        if (running != null) {
            running.shutdownNow();
        }
    }

    void clear() {
        journeys.clear();
    }

    /** Puts a message at its start, where it can already be canceled. */
    void add(TwilioMessage message, Fault fault, @Nullable Instant sendAt) {
        journeys.put(message.sid(), new Journey(message.sid(), fault, sendAt, new ArrayDeque<>(steps(message, fault))));
    }

    void begin(String sid) {
        var journey = journeys.get(sid);
        if (journey == null) {
            return;
        }
        if (journey.fault.has(Quirk.CALLBACK_BEFORE_ANSWER)) {
            advance(journey);
            journey.lastCallback.join();
        } else {
            proceed(journey);
        }
    }

    /** False when it is too late. */
    boolean cancel(String sid) {
        var journey = journeys.get(sid);
        if (journey == null) {
            return false;
        }
        synchronized (journey) {
            var message = ledger.message(sid);
            if (message == null || !message.isWaiting()) {
                return false;
            }
            journey.ahead.clear();
            journey.ahead.add(new Step("canceled", null));
            advance(journey);
            return true;
        }
    }

    /** Calls back with any status, without moving the message. */
    TwilioWebhook report(TwilioMessage message, String status, @Nullable Integer errorCode) {
        if (message.statusCallback() == null) {
            throw new IllegalStateException("Message " + message.sid() + " has no status callback");
        }
        return sender.send(signed(message.statusCallback(), message, new Step(status, errorCode), Fault.NONE))
                .join();
    }

    private static List<Step> steps(TwilioMessage message, Fault fault) {
        var steps = new ArrayList<Step>();
        if (message.messagingServiceSid() != null) {
            steps.add(new Step("queued", null));
        }
        String usual = CreateRules.channel(message.to()).isEmpty() ? "delivered" : "read";
        String end = fault.finalStatus() == null ? usual : fault.finalStatus();
        if (List.of("delivered", "undelivered", "read").contains(end)) {
            steps.add(new Step("sent", null));
        }
        if (end.equals("read")) {
            steps.add(new Step("delivered", null));
        }
        if (!end.equals(message.status())
                && steps.stream().noneMatch(step -> step.status().equals(end))) {
            steps.add(new Step(end, fault.errorCode()));
        }
        return end.equals(message.status()) ? List.of() : steps;
    }

    private void proceed(Journey journey) {
        var running = timer;
        Instant notBefore = journey.notBefore;
        Duration wait = notBefore == null ? delay : Duration.between(clock.instant(), notBefore);
        if (running != null && !running.isShutdown() && !journey.ahead.isEmpty()) {
            running.schedule(() -> advance(journey), wait.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void advance(Journey journey) {
        synchronized (journey) {
            if (journeys.get(journey.sid) != journey || journey.ahead.isEmpty()) {
                return;
            }
            Step step = journey.ahead.remove();
            ledger.change(
                    journey.sid,
                    message -> message.moved(step.status(), step.errorCode(), poolNumber, clock.instant()));
            if (journey.ahead.isEmpty()) {
                callBack(journey, step);
                journey.heldBack.forEach(held -> callBack(journey, held));
                journeys.remove(journey.sid);
            } else {
                if (journey.fault.has(Quirk.CALLBACKS_SHUFFLED)) {
                    journey.heldBack.add(0, step);
                } else {
                    callBack(journey, step);
                }
                journey.notBefore = null;
                proceed(journey);
            }
        }
    }

    private void callBack(Journey journey, Step step) {
        var message = ledger.message(journey.sid);
        if (message == null || message.statusCallback() == null || journey.fault.has(Quirk.CALLBACKS_LOST)) {
            return;
        }
        var signed = signed(message.statusCallback(), message, step, journey.fault);
        int times = journey.fault.has(Quirk.CALLBACKS_DOUBLED) ? 2 : 1;
        for (int i = 0; i < times; i++) {
            journey.lastCallback = journey.lastCallback.thenCompose(previous -> sender.send(signed));
        }
    }

    private Signed signed(String url, TwilioMessage message, Step step, Fault fault) {
        boolean wrong = fault.has(Quirk.CALLBACKS_SIGNED_WITH_WRONG_TOKEN);
        String token = wrong ? "a token of another account" : accounts.signingToken(message.accountSid());
        var signed = Signed.with(token, url, form(message, step));
        return fault.has(Quirk.CALLBACKS_TAMPERED) ? signed.tampered("MessageStatus", "read") : signed;
    }

    private Form form(TwilioMessage message, Step step) {
        boolean receipt = List.of("delivered", "undelivered").contains(step.status());
        String now = LocalDateTime.ofInstant(clock.instant(), ZoneOffset.UTC).format(RECEIPT_TIME);
        // Neither sorted nor grouped, so that a verifier that sorts by luck does not pass.
        return new Form(List.of())
                .with(
                        "ErrorCode",
                        step.errorCode() == null ? null : step.errorCode().toString())
                .with("RawDlrDoneDate", receipt ? now : null)
                .with("SmsSid", message.sid())
                .with("SmsStatus", step.status())
                .with("MessageStatus", step.status())
                .with("To", message.to())
                .with("MessagingServiceSid", message.messagingServiceSid())
                .with("MessageSid", message.sid())
                .with("AccountSid", message.accountSid())
                .with("From", message.from() == null ? poolNumber : message.from())
                .with("ApiVersion", "2010-04-01");
    }
}
