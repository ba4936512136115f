package io.textonce.twilio;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.OptOuts;
import io.textonce.delivery.StatusRepository;
import io.textonce.event.EventRejected;
import io.textonce.privacy.RepeatedLines;
import io.textonce.settings.TextOnceProperties;
import io.textonce.settings.TwilioSid;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;
import org.springframework.stereotype.Component;

/**
 * Handler of Twilio's status callbacks, which {@link SignedWebhook} authenticated. None is lost: each is stored before
 * it is acknowledged, whether its delivery is known or not.
 */
@Component
public final class StatusCallback {

    private static final Logger LOG = LoggerFactory.getLogger(StatusCallback.class);

    static final String CALLBACK = "callback";

    private static final Pattern STATUS = Pattern.compile("[a-z][a-z_-]{1,39}");
    private static final Pattern DELIVERY = Pattern.compile("(?:^|&)delivery=([0-9a-fA-F-]{36})(?:&|$)");

    private final RepeatedLines repeated = new RepeatedLines();
    private final TwilioCodes codes;
    private final CircuitBreaker circuit;
    private final OptOuts optOuts;
    private final Duration pollAfter;
    private final MeterRegistry meters;
    private final SendMeters texts;

    StatusCallback(
            TwilioCodes codes,
            CircuitBreaker circuit,
            OptOuts optOuts,
            TextOnceProperties settings,
            MeterRegistry meters,
            SendMeters texts) {
        this.codes = codes;
        this.circuit = circuit;
        this.optOuts = optOuts;
        this.pollAfter = settings.due().statusAfter();
        this.meters = meters;
        this.texts = texts;
        // Registered at once, since the alert needs a value before the first increase.
        received("raised");
    }

    /** Builds a report from the form, or rejects it with 400. */
    void read(Exchange exchange) {
        Map<?, ?> form = Objects.requireNonNullElse(exchange.getMessage().getBody(Map.class), Map.of());
        var sid = (String) form.get("MessageSid");
        var status = (String) form.get("MessageStatus");
        if (sid == null || status == null || !TwilioSid.isMessage(sid) || !isStatus(status)) {
            throw new EventRejected(400, "invalid callback", "MessageSid and MessageStatus are required.");
        }
        Integer code = code((String) form.get("ErrorCode"));
        report(exchange, CALLBACK, delivery(exchange.getVariable("query", String.class)), sid, status, code);
    }

    /** Builds a report of a message's status at Twilio, as the body and for {@link #recorded}. */
    public void report(
            Exchange exchange,
            String kind,
            @Nullable UUID delivery,
            String sid,
            String status,
            @Nullable Integer code) {
        String words = code == null ? null : codes.of(code).words();
        var report = new StatusRepository.Report(kind, delivery, sid, status, code, words, pollAfter);
        exchange.setVariable("report", report);
        exchange.getMessage().setBody(report);
    }

    /**
     * Counts the effect of the report, and logs it as a warning if an operator should know; the timeline has all. A
     * poll is not counted as a callback: it replaces one that is missing.
     */
    void recorded(Exchange exchange) {
        var report = exchange.getVariable("report", StatusRepository.Report.class);
        var done = exchange.getMessage().getBody(StatusRepository.Effect.class);
        String effect = done.name();
        if (report.kind().equals(CALLBACK)) {
            received(effect).increment();
        }
        if (effect.equals("raised") || effect.equals("resolved")) {
            follow(report.code(), Objects.requireNonNull(done.delivery()));
            texts.raised(done.event(), report.status(), done.age());
        }
        if (effect.equals("resolved")) {
            texts.resolved(Objects.requireNonNull(done.delivery()));
            meters.counter("textonce.reconciliations.resolved", "how", report.kind())
                    .increment();
        }
        if (done.delivery() == null) {
            log(report, effect);
            return;
        }
        // The callback may have named no delivery, and never names the event.
        MDC.put("eventId", done.eventId());
        MDC.put("deliveryId", done.delivery().toString());
        try {
            log(report, effect);
        } finally {
            MDC.remove("eventId");
            MDC.remove("deliveryId");
        }
    }

    private Counter received(String effect) {
        return meters.counter("textonce.callbacks.received", "validity", "genuine", "effect", effect);
    }

    /**
     * Logs a second message of a delivery each time. The messages of another application, or a status that is new at Twilio, come
     * with all of its callbacks, so of these one a minute is logged.
     */
    private void log(StatusRepository.Report report, String effect) {
        if (effect.equals("unranked") || effect.equals("unknown")) {
            repeated.log(
                    effect + " " + report.status(),
                    omitted -> LOG.warn(
                            "{} {} for {}: {} ({} more since the last line)",
                            report.kind(),
                            report.status(),
                            report.sid(),
                            effect,
                            omitted));
            return;
        }
        LOG.atLevel(effect.equals("other_sid") ? Level.WARN : Level.DEBUG)
                .log("{} {} for {}: {}", report.kind(), report.status(), report.sid(), effect);
    }

    /**
     * Applies the consequence of a callback's error code beyond the delivery itself. A callback that changed nothing,
     * because it was late or repeated, has no consequence: it is outdated.
     */
    private void follow(@Nullable Integer code, UUID delivery) {
        if (code == null) {
            return;
        }
        var entry = codes.of(code);
        switch (entry.atDelivery()) {
            case OPTOUT -> optOuts.record(delivery);
            case CIRCUIT -> circuit.open(delivery, code, entry.words());
            case ALARM -> LOG.warn("Twilio reports error_code {}: {}", code, entry.words());
            default -> {}
        }
    }

    /** Returns the error code; some carriers send 0 for no error. */
    private static @Nullable Integer code(@Nullable String text) {
        int code = text != null && text.matches("\\d{1,6}") ? Integer.parseInt(text) : 0;
        return code == 0 ? null : code;
    }

    static boolean isStatus(String text) {
        return STATUS.matcher(text).matches();
    }

    /** Returns the delivery in the query of a callback's URL, or null. */
    static @Nullable UUID delivery(@Nullable String query) {
        if (query == null) {
            return null;
        }
        var found = DELIVERY.matcher(query);
        try {
            return found.find() ? UUID.fromString(found.group(1)) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
