package io.textonce.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.twilio.http.HttpMethod;
import com.twilio.http.Request;
import com.twilio.http.TwilioRestClient;
import com.twilio.rest.Domains;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.event.EventPermission;
import io.textonce.event.EventRejected;
import io.textonce.phone.PhoneNumbers;
import io.textonce.settings.TextOnceProperties;
import io.textonce.settings.VerifySettings;
import io.textonce.tuning.SharedBuffers;
import io.textonce.twilio.TwilioFailure;
import io.textonce.twilio.UrgentClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Client of Twilio Verify (https://www.twilio.com/docs/verify/api): starts and checks one-time codes, each with one
 * POST. Twilio sends a message with every start, so no start is ever repeated here. A start without a confirmed outcome
 * has the status {@code unknown}; since a check goes by number, a code that did arrive can still be entered. No code is
 * stored, logged or repeated.
 */
@Component
final class OneTimeCodes {

    static final Pattern CHANNEL = Pattern.compile("sms|call|whatsapp");
    static final Pattern LOCALE = Pattern.compile("[a-z]{2,3}(-[A-Z]{2})?");

    private static final Logger LOG = LoggerFactory.getLogger(OneTimeCodes.class);

    private static final Pattern CODE = Pattern.compile("[0-9]{4,10}");

    /** Validity of a code: Twilio's own limits on it end with it. */
    private static final Duration VALIDITY = Duration.ofMinutes(10);

    private static final Duration SOON = Duration.ofSeconds(5);

    private final TwilioRestClient client;
    private final String service;
    private final VerifySettings settings;
    private final PhoneNumbers phones;
    private final CodeGuards guards;
    private final CodeLimits limits;
    private final Approvals approvals;
    private final MeterRegistry meters;

    OneTimeCodes(
            UrgentClient client,
            TextOnceProperties settings,
            PhoneNumbers phones,
            CodeGuards guards,
            CodeLimits limits,
            Approvals approvals,
            MeterRegistry meters) {
        this.client = client.calls();
        this.service = settings.twilio().verifyServiceSid();
        this.settings = settings.verify();
        this.phones = phones;
        this.guards = guards;
        this.limits = limits;
        this.approvals = approvals;
        this.meters = meters;
        // Registered at once: the alert of SMS pumping divides one by the other, and needs both when no code is
        // approved.
        meter("start", "sent");
        meter("check", "approved");
    }

    /** Returns the form of the request to Twilio. */
    @SuppressWarnings("unchecked")
    static Map<String, String> form(Exchange exchange) {
        return exchange.getVariable("form", Map.class);
    }

    /** Returns the caller: a client of the API, else the route that began. */
    static String caller(Exchange exchange) {
        String client = exchange.getVariable("client", String.class);
        return client == null ? exchange.getFromRouteId() : client;
    }

    /** Rejects a client that may send no codes, and with 503 all while no Verify service is configured. */
    void setUp(Exchange exchange) {
        EventPermission.require(exchange, "verify");
        if (service.isEmpty()) {
            throw new EventRejected(
                    503,
                    "verify_not_set_up",
                    "One-time codes are not configured: TWILIO_VERIFY_SERVICE_SID is missing.");
        }
    }

    void number(Exchange exchange) {
        if (!phones.isE164(text(exchange, "phone"))) {
            throw EventRejected.ofNumber("phone");
        }
        guards.require(text(exchange, "phone"));
    }

    /** Builds the form of a start in the variable {@code form}. */
    void startForm(Exchange exchange) {
        var policy = exchange.getVariable(VerifyPolicy.VARIABLE, VerifyPolicy.class);
        var form = new LinkedHashMap<String, String>();
        form.put("To", guards.addressee(text(exchange, "phone")));
        String channel = first(
                text(exchange, "channel"), policy.channel(), settings.channels().get(0));
        if (!settings.channels().contains(channel)) {
            throw EventRejected.ofField("channel", "must be one of " + String.join(", ", settings.channels()));
        }
        form.put("Channel", channel);
        String locale = first(text(exchange, "locale"), policy.locale(), settings.locale());
        if (!locale.isEmpty()) {
            if (!LOCALE.matcher(locale).matches()) {
                throw EventRejected.ofField("locale", "must be a language such as de or pt-BR");
            }
            form.put("Locale", locale);
        }
        exchange.setVariable("form", form);
    }

    /** Builds the form of a check in the variable {@code form}. */
    void checkForm(Exchange exchange) {
        String code = text(exchange, "code");
        if (!CODE.matcher(code).matches()) {
            throw EventRejected.ofField("code", "must be a string of 4 to 10 digits");
        }
        exchange.setVariable("form", Map.of("To", guards.addressee(text(exchange, "phone")), "Code", code));
    }

    /** Starts a code at Twilio; the body becomes {@code sid} and {@code status}. */
    void start(Exchange exchange) {
        JsonNode answer = MissingNode.getInstance();
        try {
            answer = post("Verifications", exchange);
        } catch (TwilioFailure.NotProcessed e) {
            limits.giveBackStart(exchange);
            counted("start", "not_processed");
            throw notNow(e);
        } catch (TwilioFailure.Rejected e) {
            counted("start", "rejected");
            throw rejection(e);
        } catch (TwilioFailure e) {
            LOG.warn("It is unknown whether Twilio sent a code: {}", e.getMessage());
        }
        String status = answer.path("status").asText();
        counted("start", status.isEmpty() ? "unclear" : "sent");
        var said = new LinkedHashMap<String, Object>();
        if (answer.path("sid").isTextual()) {
            said.put("sid", answer.path("sid").textValue());
        }
        said.put("status", status.isEmpty() ? "unknown" : status);
        exchange.getMessage().setBody(said);
    }

    /** Checks a code at Twilio; the body becomes {@code approved} and {@code status}. */
    void check(Exchange exchange) {
        JsonNode answer = MissingNode.getInstance();
        try {
            answer = post("VerificationCheck", exchange);
        } catch (TwilioFailure.NotProcessed e) {
            limits.giveBackCheck(exchange);
            counted("check", "not_processed");
            throw notNow(e);
        } catch (TwilioFailure.Rejected e) {
            boolean none = e.httpStatus() == 404;
            counted("check", none ? "none_pending" : "rejected");
            throw none ? nonePending() : rejection(e);
        } catch (TwilioFailure e) {
            LOG.warn("It is unknown whether Twilio approved a code: {}", e.getMessage());
        }
        String status = answer.path("status").asText();
        if (status.isEmpty()) {
            counted("check", "unclear");
            throw new EventRejected(
                    503,
                    "outcome_unclear",
                    "Twilio did not confirm whether the code is correct. Check it again; if no code is pending, start again.");
        }
        boolean approved = status.equals("approved");
        counted("check", approved ? "approved" : "wrong");
        if (approved) {
            approvals.keep(
                    answer.path("sid").asText(),
                    form(exchange).get("To"),
                    answer.path("channel").asText(),
                    caller(exchange));
        }
        var said = new LinkedHashMap<String, Object>();
        said.put("approved", approved);
        said.put("status", status);
        exchange.getMessage().setBody(said);
    }

    private JsonNode post(String resource, Exchange exchange) {
        var request =
                new Request(HttpMethod.POST, Domains.VERIFY.toString(), "/v2/Services/" + service + "/" + resource);
        form(exchange).forEach(request::addPostParam);
        var response = client.request(request);
        try {
            return SharedBuffers.JSON.readTree(response.getContent());
        } catch (JsonProcessingException e) {
            LOG.warn("Twilio's response to a code request is not JSON");
            return MissingNode.getInstance();
        }
    }

    private void counted(String step, String outcome) {
        meter(step, outcome).increment();
    }

    private Counter meter(String step, String outcome) {
        return meters.counter("textonce.verify.called", "step", step, "outcome", outcome);
    }

    private static EventRejected notNow(TwilioFailure.NotProcessed failure) {
        Duration wait = failure.retryAfter() == null ? SOON : failure.retryAfter();
        return EventRejected.later(
                503, "try_again", null, "Twilio is temporarily busy. Nothing was sent; retry.", wait);
    }

    private static EventRejected nonePending() {
        return new EventRejected(
                404,
                "no_code_pending",
                "No code is pending for this number: it was used, expired or was checked too often. Start again.");
    }

    private static EventRejected rejection(TwilioFailure.Rejected rejected) {
        String words = rejected.entry().words();
        return switch (rejected.entry().atCreation()) {
            case MISCONFIGURED, CIRCUIT -> EventRejected.ofText(502, "verify_failed", rejected.code(), words);
            default ->
                rejected.httpStatus() == 429
                        ? EventRejected.later(429, "too_many_codes", rejected.code(), words, VALIDITY)
                        : EventRejected.ofText(422, "rejected", rejected.code(), words);
        };
    }

    private static String first(String... texts) {
        return Stream.of(texts).filter(text -> !text.isEmpty()).findFirst().orElse("");
    }

    private static String text(Exchange exchange, String field) {
        Map<?, ?> body = exchange.getMessage().getBody(Map.class);
        @Nullable Object value = body == null ? null : body.get(field);
        return value instanceof String text ? text : "";
    }
}
