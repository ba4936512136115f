package io.textonce.sandbox;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for Twilio: a peer over HTTP on a port of its own, on the loopback interface. It takes messages as Twilio
 * does, calls back with a signature, lists what it has, checks codes, and misbehaves on request. It serves unit
 * tests, the sandbox on a laptop, and a harness in which the application is another process.
 *
 * <pre>{@code
 * try (var simulator = TwilioSimulator.builder().build().start()) {
 *     simulator.next(resets().afterRecording());
 *     // point the application to simulator.baseUrl(), send …
 *     assertThat(simulator.sentTo("+14155552671")).hasSize(1);
 * }
 * }</pre>
 *
 * <p>It does
 * <ul>
 *   <li>create, fetch, list, cancel, redact and delete messages, with Twilio's checks, codes, magic numbers and JSON types;
 *   <li>move a message to sent and delivered and call back after each step, signed and repeated as the URL's fragment defines;
 *   <li>start and check verifications;
 *   <li>post inbound messages and obey STOP and START;
 *   <li>keep a ledger of every POST and every message, also over {@link #close} and a second {@link #start};
 *   <li>show all this at {@code /}, and take orders from other processes at {@code /_simulator}: {@code faults} (POST
 *       {@code {"next": 2, "number": "+1…", "share": 0.1, "fault": {…}}} or DELETE), {@code settings} (POST), {@code
 *       inbound} (POST), {@code messages} (POST: another application sends one) and {@code ledger} (GET, or DELETE to
 *       reset everything).
 * </ul>
 *
 * <p>It does not
 * <ul>
 *   <li>send anything, check that a number exists, or charge;
 *   <li>fail on order elsewhere than at creating, listing, calling back and verifying, and verify late;
 *   <li>speak TLS, follow redirects, or check that a From number belongs to the account;
 *   <li>pace messages by sender, overflow queues, or expire a message after its ValidityPeriod;
 *   <li>know media, the text of content templates, messaging service settings, other channels than SMS, or test credentials;
 *   <li>fetch, cancel or approve verifications by sid;
 *   <li>run the TwiML of an answer to an inbound message, or call a fallback URL;
 *   <li>check SendAt against a clock that a test moves: a scheduled message waits in real time;
 *   <li>send the Host header of a callback URL when callbacks are redirected, or wait between retries;
 *   <li>break a connection with a TCP reset: it closes it in order, which clients report as "no response";
 *   <li>keep its ledger bounded, or over a restart of its own process.
 * </ul>
 */
public final class TwilioSimulator extends LedgerAccess implements AutoCloseable {

    private final Set<String> optOuts = ConcurrentHashMap.newKeySet();
    private final Accounts accounts;
    private final FaultPlan faults;
    private final WebhookSender webhooks;
    private final MessageJourneys journeys;
    private final MessagesApi messages;
    private final MessageList list;
    private final VerifyApi verify;
    private final InboundMessages inbound;
    private final AccountApi account;
    private final ControlApi control = new ControlApi(this);
    private final SimulatorServer server;

    TwilioSimulator(SimulatorBuilder builder) {
        var random = new Random(1);
        accounts = builder.accounts();
        faults = new FaultPlan(random);
        webhooks = new WebhookSender(ledger, builder.clock, builder.callbackTarget);
        journeys = new MessageJourneys(
                ledger, accounts, webhooks, builder.clock, builder.poolNumber, builder.callbackDelay);
        messages = new MessagesApi(
                ledger, faults, journeys, optOuts, builder.accountSid, builder.poolNumber, builder.clock);
        list = new MessageList(ledger, builder.clock);
        inbound = new InboundMessages(accounts, webhooks, optOuts, builder.inboundUrl);
        account = new AccountApi(accounts, inbound);
        verify = new VerifyApi(accounts, builder.verifyServiceSid, builder.clock, random);
        var apis = new SimulatorServer.Apis(account, messages, list, verify, control);
        server = new SimulatorServer(builder.port, accounts, apis, builder.concurrencyLimit);
    }

    public static SimulatorBuilder builder() {
        return new SimulatorBuilder();
    }

    /** Opens the port; after {@link #close}, the same one again. Messages that were on their way go on. */
    public synchronized TwilioSimulator start() {
        if (!server.isOpen()) {
            messages.open();
            journeys.resume();
            server.open();
        }
        return this;
    }

    /** Rejects connections from now on, drops open ones, and sends no callbacks. Keeps the ledger. */
    @Override
    public synchronized void close() {
        if (server.isOpen()) {
            messages.close();
            journeys.pause();
            server.close();
        }
    }

    /** The port that is listened on; 0 before the first start unless one was given. */
    public int port() {
        return server.port();
    }

    /** Returns the base URL that replaces https://api.twilio.com and https://verify.twilio.com. */
    public String baseUrl() {
        return "http://127.0.0.1:" + port();
    }

    /** The next create meets this fault. Several calls form a queue. */
    public TwilioSimulator next(Fault fault) {
        return next(1, fault);
    }

    public TwilioSimulator next(int creates, Fault fault) {
        return plan(new FaultPlan.Rule(creates, null, null, fault));
    }

    /** Every create to this number meets this fault. */
    public TwilioSimulator forNumber(String to, Fault fault) {
        return plan(new FaultPlan.Rule(null, to, null, fault));
    }

    /** The next creates to this number meet this fault. */
    public TwilioSimulator forNumber(String to, int creates, Fault fault) {
        return plan(new FaultPlan.Rule(creates, to, null, fault));
    }

    /** The next cancel or redaction of a message meets this fault. Several calls form a queue. */
    public TwilioSimulator nextUpdate(Fault fault) {
        messages.nextUpdate(fault);
        return this;
    }

    /** Applies this fault to a share of the creates, between 0 and 1; each run selects the same ones. */
    public TwilioSimulator share(double share, Fault fault) {
        return plan(new FaultPlan.Rule(null, null, share, fault));
    }

    public TwilioSimulator always(Fault fault) {
        return plan(new FaultPlan.Rule(null, null, null, fault));
    }

    TwilioSimulator plan(FaultPlan.Rule rule) {
        faults.add(rule);
        return this;
    }

    /** Forgets all faults; messages that have met theirs keep them. */
    public TwilioSimulator behave() {
        faults.clear();
        return this;
    }

    /** Ends the delay of every answer that is held back. */
    public TwilioSimulator letGo() {
        messages.close();
        messages.open();
        return this;
    }

    /** A message shows up in the list only after this time. */
    public TwilioSimulator listLag(Duration lag) {
        list.lag(lag);
        return this;
    }

    /** Calls of the list so far, one for each page. */
    public int listCalls() {
        return list.calls();
    }

    /** The list answers with this status, and works again with 200. */
    public TwilioSimulator listAnswers(int status) {
        list.failure(status == 200 ? 0 : status);
        return this;
    }

    /** How long a message stays in each status. */
    public TwilioSimulator callbackDelay(Duration delay) {
        journeys.delay(delay);
        return this;
    }

    /** Sends all callbacks to this {@code host:port} over http, whatever host their URL names. */
    public TwilioSimulator callbackTarget(String hostAndPort) {
        webhooks.target(hostAndPort);
        return this;
    }

    public TwilioSimulator inboundUrl(String url) {
        inbound.url(url);
        return this;
    }

    /**
     * Sets what a resource of the account answers, such as {@code .json} for the account itself and {@code
     * /IncomingPhoneNumbers.json}.
     */
    public TwilioSimulator resource(String path, String json) {
        account.resource(path, json);
        return this;
    }

    /** Rejects the calls of such a resource with an error code. */
    public TwilioSimulator rejects(String path, int code) {
        account.reject(path, code);
        return this;
    }

    /** Signs with the secondary token, as after its promotion, or with the primary one again. */
    public TwilioSimulator secondaryTokenSigns(boolean signs) {
        accounts.secondaryTokenSigns(signs);
        return this;
    }

    /** Returns how many access tokens clients have got. */
    public int issuedTokens() {
        return accounts.issuedTokens();
    }

    /** Lets no access token be valid any more. */
    public void revokeTokens() {
        accounts.revokeTokens();
    }

    /** A person sends a text to the application. */
    public TwilioWebhook receives(String from, String to, String body) {
        return receives(from, to, body, null);
    }

    /** @param optOutType STOP, START or HELP, as with Advanced Opt-Out; null: without */
    public TwilioWebhook receives(String from, String to, String body, @Nullable String optOutType) {
        return inbound.receive(from, to, body, optOutType);
    }

    /** Another application sends a message with a sender of the account; it is delivered, and no one is called back. */
    public TwilioMessage sendsElsewhere(String from, String to, String body) {
        return messages.sendElsewhere(from, to, body);
    }

    /** Deletes a message at Twilio. */
    public TwilioSimulator deletes(String sid) {
        ledger.deleted(sid);
        return this;
    }

    /** Calls back about a message with any status, out of turn and without moving it. */
    public TwilioWebhook reports(String sid, String status, @Nullable Integer errorCode) {
        return journeys.report(message(sid), status, errorCode);
    }

    /** The code that this number was sent and could still enter. */
    public String codeFor(String number) {
        return Optional.ofNullable(codes().get(number))
                .orElseThrow(() -> new NoSuchElementException("No verification is pending for " + number));
    }

    /** The next start or check of a code meets this fault. Several calls form a queue. */
    public TwilioSimulator verifyNext(Fault fault) {
        verify.next(fault);
        return this;
    }

    /** Returns all starts and checks of codes, oldest first, also those that were rejected or failed. */
    public List<TwilioPost> verifyPosts() {
        return verify.posts();
    }

    Map<String, String> codes() {
        return verify.codes();
    }

    /** Sets what fills the sandbox with an example day on request. */
    public void onExampleDay(Runnable fill) {
        control.onExampleDay(fill);
    }

    /** Forgets everything that happened and all faults; the list works, the primary token signs. URLs and delays stay. */
    public void reset() {
        faults.clear();
        journeys.clear();
        ledger.clear();
        verify.clear();
        optOuts.clear();
        account.clear();
        listLag(Duration.ZERO).listAnswers(200).secondaryTokenSigns(false);
    }
}
