package io.textonce.sandbox;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Fault of Twilio when a message is created. Faults read as the end of a sentence
 * that starts with {@code simulator.next(…)}, {@code simulator.forNumber(…)}, {@code simulator.share(…)} or
 * {@code simulator.always(…)}, and several are joined with {@link #and}:
 *
 * <pre>{@code
 * simulator.next(answers(503).withRetryAfter(2));
 * simulator.next(3, resets().afterRecording());
 * simulator.forNumber("+14155552671", undelivers(30003).and(doublesCallbacks()));
 * simulator.share(0.1, losesCallbacks());
 * }</pre>
 *
 * <p>Over HTTP the same is {@code POST /_simulator/faults} with the components of this record as JSON.
 *
 * @param answer what the caller gets in place of Twilio's answer; null: the usual answer
 * @param status HTTP status of an {@link Answer#ERROR}, {@link Answer#HTML} or {@link Answer#EMPTY} answer
 * @param code Twilio's error code in an {@link Answer#ERROR} answer
 * @param retryAfter seconds in the Retry-After header; null: no such header
 * @param recorded whether the message was created although the caller does not learn of it
 * @param delayMillis how long the answer, or the closing of the connection, is held back
 * @param finalStatus the last status that the message reaches, in place of delivered
 * @param errorCode Twilio's error code that comes with the final status
 * @param quirks what else is odd about the message and its callbacks
 */
public record Fault(
        @Nullable Answer answer,
        int status,
        int code,
        @Nullable Integer retryAfter,
        boolean recorded,
        long delayMillis,
        @Nullable String finalStatus,
        @Nullable Integer errorCode,
        Set<Quirk> quirks) {

    static final Fault NONE = new Fault(null, 0, 0, null, false, 0, null, null, Set.of());

    /** Response in place of Twilio's. */
    public enum Answer {
        /** Twilio's error JSON */
        ERROR,
        /** an HTML page, as from an edge proxy */
        HTML,
        /** a status line and no body */
        EMPTY,
        /** 201 and something that is not JSON; the message exists */
        GARBAGE,
        /** 201 and JSON that lacks the sid; the message exists */
        WITHOUT_SID,
        /** no answer: the connection is closed */
        CLOSE
    }

    /** Oddity of a message and its callbacks. */
    public enum Quirk {
        CALLBACKS_LOST,
        CALLBACKS_DOUBLED,
        CALLBACKS_SHUFFLED,
        CALLBACK_BEFORE_ANSWER,
        CALLBACKS_SIGNED_WITH_WRONG_TOKEN,
        CALLBACKS_TAMPERED,
        TRIAL_NOTICE,
        SHORT_LINKS,
        STRAIGHT_QUOTES
    }

    public Fault {
        // JSON leaves out what does not matter.
        quirks = quirks == null ? Set.of() : Set.copyOf(quirks);
        if (answer == Answer.ERROR && status == 0) {
            status = TwilioError.statusOf(code);
        }
        if (answer == Answer.ERROR && code == 0) {
            code = TwilioError.codeOf(status);
        }
        if (status == 0 && (answer == Answer.HTML || answer == Answer.EMPTY)) {
            status = 502;
        }
        recorded = recorded || answer == Answer.GARBAGE || answer == Answer.WITHOUT_SID;
    }

    /** Answers with this status and Twilio's error JSON; a 502 is an HTML page, as from the edge. Nothing is sent. */
    public static Fault answers(int status) {
        return answer(status == 502 ? Answer.HTML : Answer.ERROR, status, 0);
    }

    /** Answers with this status and an HTML page, as a proxy in Twilio's place does. Nothing is sent. */
    public static Fault answersHtml(int status) {
        return answer(Answer.HTML, status, 0);
    }

    /** Rejects with this error code and its HTTP status (21611 is a 429, 21211 a 400). */
    public static Fault refuses(int code) {
        return answer(Answer.ERROR, 0, code);
    }

    /** Closes the connection without an answer. */
    public static Fault resets() {
        return answer(Answer.CLOSE, 0, 0);
    }

    /** Sends nothing for a while, then closes the connection. */
    public static Fault hangs(Duration time) {
        return resets().withDelay(time);
    }

    /** Creates the message and answers 201 with a body that is not JSON. */
    public static Fault answersGarbage() {
        return answer(Answer.GARBAGE, 201, 0);
    }

    /** Creates the message and answers 201 with JSON that lacks the sid. */
    public static Fault answersWithoutSid() {
        return answer(Answer.WITHOUT_SID, 201, 0);
    }

    /** Creates the message at once, but answers late. */
    public static Fault answersLate(Duration delay) {
        return NONE.withDelay(delay);
    }

    /** Accepts the message, which then fails before it is sent. */
    public static Fault fails(int errorCode) {
        return end("failed", errorCode);
    }

    /** Sends the message, which then turns out undelivered. */
    public static Fault undelivers(int errorCode) {
        return end("undelivered", errorCode);
    }

    /** Moves the message up to this status and never further, as with carriers that give no receipts. */
    public static Fault stopsAt(String status) {
        return end(status, null);
    }

    public static Fault losesCallbacks() {
        return quirk(Quirk.CALLBACKS_LOST);
    }

    public static Fault doublesCallbacks() {
        return quirk(Quirk.CALLBACKS_DOUBLED);
    }

    /** Sends the callback of the last status first, then the earlier ones, oldest last. */
    public static Fault shufflesCallbacks() {
        return quirk(Quirk.CALLBACKS_SHUFFLED);
    }

    /** Waits for the application's answer to the first callback before it answers the create. */
    public static Fault callsBackBeforeAnswering() {
        return quirk(Quirk.CALLBACK_BEFORE_ANSWER);
    }

    public static Fault signsWithWrongToken() {
        return quirk(Quirk.CALLBACKS_SIGNED_WITH_WRONG_TOKEN);
    }

    /** Changes the callback's status to read after it was signed. */
    public static Fault tampersWithCallbacks() {
        return quirk(Quirk.CALLBACKS_TAMPERED);
    }

    /** Puts a trial account's notice before the text. */
    public static Fault prefixesTrialNotice() {
        return quirk(Quirk.TRIAL_NOTICE);
    }

    /** Replaces each URL in the text, as link shortening does. */
    public static Fault shortensLinks() {
        return quirk(Quirk.SHORT_LINKS);
    }

    /** Replaces curly quotes, dashes and the like in the text, as smart encoding does. */
    public static Fault straightensQuotes() {
        return quirk(Quirk.STRAIGHT_QUOTES);
    }

    /** Creates the message first: the caller sees a failure, the person gets a text. */
    public Fault afterRecording() {
        return new Fault(answer, status, code, retryAfter, true, delayMillis, finalStatus, errorCode, quirks);
    }

    public Fault withRetryAfter(int seconds) {
        return new Fault(answer, status, code, seconds, recorded, delayMillis, finalStatus, errorCode, quirks);
    }

    public Fault withoutBody() {
        return new Fault(Answer.EMPTY, status, code, retryAfter, recorded, delayMillis, finalStatus, errorCode, quirks);
    }

    public Fault withDelay(Duration delay) {
        return new Fault(answer, status, code, retryAfter, recorded, delay.toMillis(), finalStatus, errorCode, quirks);
    }

    /** Both; where the two contradict each other, this one wins. */
    public Fault and(Fault other) {
        var answering = answer != null ? this : other;
        var ending = finalStatus != null ? this : other;
        var all = EnumSet.noneOf(Quirk.class);
        all.addAll(quirks);
        all.addAll(other.quirks);
        return new Fault(
                answering.answer,
                answering.status,
                answering.code,
                answering.retryAfter,
                answering.recorded,
                delayMillis > 0 ? delayMillis : other.delayMillis,
                ending.finalStatus,
                ending.errorCode,
                all);
    }

    boolean has(Quirk quirk) {
        return quirks.contains(quirk);
    }

    /** Returns whether the caller is rejected before anything is created. */
    boolean preventsRecording() {
        return answer != null && !recorded;
    }

    private static Fault answer(Answer answer, int status, int code) {
        return new Fault(answer, status, code, null, false, 0, null, null, Set.of());
    }

    private static Fault end(String status, @Nullable Integer errorCode) {
        return new Fault(null, 0, 0, null, false, 0, status, errorCode, Set.of());
    }

    private static Fault quirk(Quirk quirk) {
        return new Fault(null, 0, 0, null, false, 0, null, null, Set.of(quirk));
    }
}
