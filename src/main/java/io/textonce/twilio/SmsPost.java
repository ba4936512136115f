package io.textonce.twilio;

import com.twilio.http.TwilioRestClient;
import com.twilio.rest.api.v2010.account.Message;
import com.twilio.type.PhoneNumber;
import io.textonce.delivery.Delivery;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.delivery.Lease;
import io.textonce.delivery.OptOuts;
import io.textonce.delivery.OutcomeRepository;
import io.textonce.event.EventRejected;
import io.textonce.message.Sender;
import io.textonce.message.Sms;
import io.textonce.peer.Causes;
import io.textonce.settings.TextOnceProperties;
import io.textonce.settings.Tracing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Request and response of one call to Twilio: the parameters of a create, and what its response means for the delivery.
 * The outcome is set as the variable {@code delivery} and, for the table, as the body.
 */
@Component
final class SmsPost {

    private static final Logger LOG = LoggerFactory.getLogger(SmsPost.class);

    private final TwilioHttp http;
    private final CircuitBreaker circuit;
    private final SlowCalls slowCalls;
    private final OptOuts optOuts;
    private final TextOnceProperties settings;
    private final SendMeters meters;
    private final Clock clock;

    SmsPost(
            TwilioHttp http,
            CircuitBreaker circuit,
            SlowCalls slowCalls,
            OptOuts optOuts,
            TextOnceProperties settings,
            SendMeters meters,
            Clock clock) {
        this.http = http;
        this.circuit = circuit;
        this.slowCalls = slowCalls;
        this.optOuts = optOuts;
        this.settings = settings;
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * Sets the headers that camel-twilio reads. It ignores a misspelt one silently, so each is tested on the wire. The
     * callback URL has the delivery id, which correlates a message whose response was lost; its fragment makes Twilio
     * repeat a failed callback (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
     */
    void write(Exchange exchange) {
        var call = new CallRecord(clock);
        exchange.setVariable("call", call);
        exchange.setVariable("written", false);
        var sms = exchange.getVariable("sms", Sms.class);
        if (!slowCalls.admits(sms.policy().isUrgent())) {
            throw new TwilioFailure.NotResponding();
        }
        var delivery = exchange.getVariable("delivery", Delivery.class);
        var lease = exchange.getVariable("lease", Lease.class);
        var message = exchange.getMessage();
        var probe = exchange.getVariable("probe", CircuitBreaker.Probe.class);
        message.setHeader("CamelTwilio.client", restClient(sms, () -> lastCheck(lease, probe, call), call));
        var sender = new Sender(sms.sender());
        message.setHeader("CamelTwilio.to", new PhoneNumber(sender.addressOf(sms.phone())));
        if (sender.service() == null) {
            message.setHeader("CamelTwilio.from", new PhoneNumber(sender.address()));
        } else {
            message.setHeader("CamelTwilio.messagingServiceSid", sender.service());
        }
        if (sms.sendAt() != null) {
            message.setHeader("CamelTwilio.scheduleType", Message.ScheduleType.FIXED);
            // The SDK drops the zone without a word: it must be UTC.
            message.setHeader("CamelTwilio.sendAt", sms.sendAt().atZone(ZoneOffset.UTC));
        }
        if (sms.policy().isContent()) {
            message.setHeader("CamelTwilio.contentVariables", sms.text());
        }
        if (sms.policy().isContent() || sms.text().isEmpty()) {
            // camel-twilio creates no message without a text or a list of files.
            message.setHeader("CamelTwilio.mediaUrl", List.of());
        } else {
            message.setHeader("CamelTwilio.body", sms.text());
        }
        sms.policy().options().forEach((name, value) -> message.setHeader("CamelTwilio." + name, value));
        message.setHeader(
                "CamelTwilio.statusCallback", callback(delivery.id(), message.getHeader(Tracing.HEADER, String.class)));
        if (sms.expiresAt() != null) {
            message.setHeader("CamelTwilio.validityPeriod", validity(sms, lease.now()));
        }
        message.setBody(null);
        exchange.setVariable("written", true);
    }

    private void lastCheck(Lease lease, CircuitBreaker.@Nullable Probe probe, CallRecord call) {
        requireHeld(lease);
        if (probe != null) {
            probe.use();
        } else if (circuit.isOpen()) {
            throw new TwilioFailure.CircuitOpen();
        }
        call.begin();
        slowCalls.begin(call);
    }

    static void requireHeld(Lease lease) {
        if (!lease.holds()) {
            throw new TwilioFailure.LeaseRanOut();
        }
    }

    /** Returns the remaining validity in seconds; Twilio accepts 1 to 36000. */
    private static int validity(Sms sms, Instant now) {
        var from = sms.sendAt() == null ? now : sms.sendAt();
        long seconds = Duration.between(from, sms.expiresAt()).toSeconds();
        return (int) Math.max(1, Math.min(seconds, 36_000));
    }

    /**
     * Classifies the outcome by the response or the kind of failure: Twilio has the message, rejects it, or may have
     * it.
     */
    void read(Exchange exchange) {
        var caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        exchange.removeProperty(Exchange.EXCEPTION_CAUGHT);
        slowCalls.end(exchange.getVariable("call", CallRecord.class), null);
        // The caught exception may be of an earlier attempt: Camel keeps it when a later attempt succeeds.
        var answer = exchange.getMessage().getBody() instanceof Message message ? message : null;
        if (answer == null && caught != null) {
            failed(exchange, caught);
        } else if (answer == null || answer.getSid() == null) {
            unclear(exchange, "Twilio's response has no SID");
        } else {
            DeliveryStatus status = status(answer);
            var plan = exchange.getVariable("sms", Sms.class).sendAt();
            var now = exchange.getVariable("lease", Lease.class).now();
            circuit.close();
            meters.handedOver(exchange, answer.getNumSegments());
            outcome(
                    exchange,
                    status,
                    answer.getSid(),
                    null,
                    plan == null ? "Accepted by Twilio" : "Accepted by Twilio, to be sent at " + plan,
                    plan == null
                            ? settings.due().statusAfter()
                            : settings.due().statusAfter().plus(Duration.between(now, plan)));
        }
    }

    /**
     * Returns the status in a response; accepted is the least that a response with a SID means. A status that the SDK
     * does not know is null.
     */
    private static DeliveryStatus status(Message answer) {
        return DeliveryStatus.of(String.valueOf(answer.getStatus()))
                .filter(DeliveryStatus::isTwilios)
                .orElse(DeliveryStatus.ACCEPTED);
    }

    private void failed(Exchange exchange, Throwable caught) {
        var failure = Causes.find(TwilioFailure.class, caught);
        if (failure != null && failure.isWithoutCall()) {
            hold(exchange, null, failure.getMessage() + "; on hold", holdDelay());
        } else if (Causes.find(RejectedExecutionException.class, caught) != null) {
            hold(exchange, null, "Too many messages at once; on hold", holdDelay());
        } else if (failure instanceof TwilioFailure.Rejected rejected) {
            rejected(exchange, rejected);
        } else if (failure == null
                && !exchange.getVariable("call", CallRecord.class).isMade()) {
            notCalled(exchange, caught);
        } else {
            unclear(exchange, failure == null ? "Twilio's response could not be read" : failure.getMessage());
        }
    }

    /**
     * Holds a message whose request could not be built. An operator must fix the cause: no retry alone will succeed.
     */
    private void notCalled(Exchange exchange, Throwable caught) {
        LOG.error("Delivery {} could not be posted to Twilio and is held", id(exchange), caught);
        meters.notCalled();
        hold(
                exchange,
                null,
                "The request to Twilio could not be built; on hold",
                settings.twilio().longHoldDelay());
    }

    private void unclear(Exchange exchange, String words) {
        LOG.warn("Outcome of delivery {} is unknown: {}", id(exchange), words);
        outcome(
                exchange,
                DeliveryStatus.UNKNOWN,
                null,
                null,
                words,
                settings.unknown().firstCheck());
    }

    private void rejected(Exchange exchange, TwilioFailure.Rejected rejected) {
        String words = rejected.entry().words();
        if (rejected.entry().atCreation() == TwilioCodes.AtCreation.CIRCUIT) {
            circuit.open(rejected.code(), words);
        } else {
            circuit.close();
        }
        if (rejected.entry().atCreation() == TwilioCodes.AtCreation.OPTOUT) {
            optOuts.record(id(exchange));
        }
        switch (rejected.entry().atCreation()) {
            case HOLD_LONG ->
                hold(exchange, rejected.code(), words, settings.twilio().longHoldDelay());
            case CIRCUIT -> hold(exchange, rejected.code(), words, holdDelay());
            default -> {
                boolean ours = rejected.entry().atCreation() == TwilioCodes.AtCreation.MISCONFIGURED;
                exchange.setVariable(
                        "rejection",
                        ours
                                ? EventRejected.ofText(502, "sms_delivery_failed", rejected.code(), words)
                                : EventRejected.ofText(422, "rejected", rejected.code(), words));
                outcome(exchange, DeliveryStatus.REJECTED, null, rejected.code(), words, null);
            }
        }
    }

    private void hold(Exchange exchange, @Nullable Integer code, String words, Duration wait) {
        outcome(exchange, DeliveryStatus.HELD, null, code, words, wait);
    }

    private void outcome(
            Exchange exchange,
            DeliveryStatus status,
            @Nullable String sid,
            @Nullable Integer code,
            @Nullable String words,
            @Nullable Duration wait) {
        var delivery = exchange.getVariable("delivery", Delivery.class);
        exchange.setVariable("delivery", delivery.with(status, sid, code));
        meters.posted(exchange, sid == null ? status.word() : DeliveryStatus.ACCEPTED.word());
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage()
                .setBody(new OutcomeRepository.Outcome(
                        delivery.id(),
                        delivery.attempt(),
                        status,
                        sid,
                        code,
                        words,
                        wait,
                        exchange.getVariable("call", new CallRecord(clock), CallRecord.class)
                                .call()));
    }

    /** Returns the hold delay with a jitter of up to half, so that messages held together are not retried together. */
    private Duration holdDelay() {
        long millis = settings.twilio().holdDelay().toMillis();
        return Duration.ofMillis(millis + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
    }

    private TwilioRestClient restClient(Sms sms, Runnable lastCheck, CallRecord call) {
        var more = RawParameters.of(sms, settings.twilio().intents());
        var once = http.clientFor(sms.policy().isUrgent(), lastCheck, response -> slowCalls.end(call, response), more);
        return TwilioConfiguration.restClient(settings.twilio(), meters.counting(once));
    }

    /** @param trace which the callback goes on with, or null; it is signed by Twilio with the rest of the URL */
    private String callback(UUID id, @Nullable String trace) {
        return settings.publicBaseUrls().get(0) + "/twilio/status-callback?delivery=" + id
                + (trace == null ? "" : "&" + Tracing.HEADER + "=" + trace) + "#rc=5&rp=all&ct=2000&rt=3000";
    }

    private static UUID id(Exchange exchange) {
        return exchange.getVariable("delivery", Delivery.class).id();
    }
}
