package io.textonce.sandbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.sandbox.Call.Ids;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Twilio Verify: codes that expire after ten minutes, at most five sends and five checks each. */
final class VerifyApi {

    private static final Duration VALIDITY = Duration.ofMinutes(10);
    private static final int LIMIT = 5;
    private static final Set<String> CHANNELS = Set.of("sms", "call", "email", "whatsapp", "sna", "auto");

    private final Accounts accounts;
    private final String serviceSid;
    private final Clock clock;
    private final Random random;
    private final Map<String, Verification> pending = new LinkedHashMap<>();
    private final List<TwilioPost> posts = new ArrayList<>();
    private final Deque<Fault> faults = new ArrayDeque<>();

    VerifyApi(Accounts accounts, String serviceSid, Clock clock, Random random) {
        this.accounts = accounts;
        this.serviceSid = serviceSid;
        this.clock = clock;
        this.random = random;
    }

    private static final class Verification {
        private final String sid = Ids.next("VE");
        private final String to;
        private final String channel;
        private final String code;
        private final Instant createdAt;
        private final List<Instant> sends = new ArrayList<>();
        private int checks;

        private Verification(String to, String channel, String code, Instant createdAt) {
            this.to = to;
            this.channel = channel;
            this.code = code;
            this.createdAt = createdAt;
        }
    }

    /** The codes that a person could enter now, by number. */
    synchronized Map<String, String> codes() {
        var codes = new LinkedHashMap<String, String>();
        pending.values().stream()
                .filter(this::alive)
                .forEach(verification -> codes.put(verification.to, verification.code));
        return codes;
    }

    /** All calls, oldest first, whatever became of them. */
    synchronized List<TwilioPost> posts() {
        return List.copyOf(posts);
    }

    /** The next call meets this fault. */
    synchronized void next(Fault fault) {
        faults.add(fault);
    }

    synchronized void clear() {
        pending.clear();
        posts.clear();
        faults.clear();
    }

    synchronized void handle(Call call, String service, String resource) throws IOException {
        posts.add(TwilioPost.of(call, clock.instant(), ""));
        TwilioError rejection = accounts.rejection(call, accounts.mainSid());
        Fault fault = faults.poll();
        if (fault != null && fault.preventsRecording()) {
            call.misbehave(fault);
        } else if (rejection != null) {
            call.error(rejection);
        } else if (!service.equals(serviceSid)) {
            call.error(notFound(call));
        } else if (resource.equals("Verifications")) {
            start(call, call.form(), fault);
        } else {
            check(call, call.form(), fault);
        }
    }

    private void start(Call call, Form form, @Nullable Fault fault) throws IOException {
        String to = form.text("To");
        String channel = form.text("Channel");
        if (!CreateRules.isE164(to) && !channel.equals("email")) {
            call.error(TwilioError.of(60200, "Invalid parameter: To"));
            return;
        }
        if (!CHANNELS.contains(channel)) {
            call.error(TwilioError.of(60200, "Invalid parameter: Channel"));
            return;
        }
        var verification = find(to);
        if (verification == null) {
            String code =
                    form.has("CustomCode") ? form.text("CustomCode") : String.format("%06d", random.nextInt(1_000_000));
            verification = new Verification(to, channel, code, clock.instant());
            pending.put(to, verification);
        }
        if (verification.sends.size() >= LIMIT) {
            call.error(TwilioError.of(60203, "Max send attempts reached"));
            return;
        }
        verification.sends.add(clock.instant());
        var json = json(verification, false);
        json.putObject("lookup");
        json.put("sna", (String) null);
        var attempts = json.putArray("send_code_attempts");
        verification.sends.forEach(at -> attempts.addObject()
                .put("time", iso(at))
                .put("channel", channel.toUpperCase(Locale.ROOT))
                .put("attempt_sid", Ids.next("VL")));
        json.put("url", "https://verify.twilio.com" + call.path() + "/" + verification.sid);
        answer(call, json, fault);
    }

    private void check(Call call, Form form, @Nullable Fault fault) throws IOException {
        if (form.text("Code").isEmpty()) {
            call.error(TwilioError.of(60200, "Invalid parameter: Code"));
            return;
        }
        var verification = find(form.has("VerificationSid") ? form.text("VerificationSid") : form.text("To"));
        if (verification == null) {
            call.error(notFound(call));
        } else if (verification.checks >= LIMIT) {
            call.error(TwilioError.of(60202, "Max check attempts reached"));
        } else {
            verification.checks++;
            boolean right = verification.code.equals(form.text("Code"));
            if (right) {
                pending.remove(verification.to);
            }
            answer(call, json(verification, right).putNull("sna_attempts_error_codes"), fault);
        }
    }

    private static void answer(Call call, ObjectNode json, @Nullable Fault fault) throws IOException {
        if (fault == null) {
            call.json(201, json);
        } else {
            call.misbehave(fault);
        }
    }

    private @Nullable Verification find(String numberOrSid) {
        return pending.values().stream()
                .filter(verification -> verification.to.equals(numberOrSid) || verification.sid.equals(numberOrSid))
                .filter(this::alive)
                .findFirst()
                .orElse(null);
    }

    private boolean alive(Verification verification) {
        return clock.instant().isBefore(verification.createdAt.plus(VALIDITY));
    }

    private ObjectNode json(Verification verification, boolean approved) {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("sid", verification.sid).put("service_sid", serviceSid).put("account_sid", accounts.mainSid());
        json.put("to", verification.to).put("channel", verification.channel);
        json.put("status", approved ? "approved" : "pending").put("valid", approved);
        json.put("amount", (String) null).put("payee", (String) null);
        json.put("date_created", iso(verification.createdAt)).put("date_updated", iso(clock.instant()));
        return json;
    }

    private static TwilioError notFound(Call call) {
        return TwilioError.notFound(call.path().substring("/v2".length()));
    }

    private static String iso(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
