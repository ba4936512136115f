package io.textonce.security;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.event.EventRejected;
import io.textonce.http.ApplicationPath;
import io.textonce.http.Problem;
import io.textonce.http.Twiml;
import io.textonce.settings.LiveSettings;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.FormBody;
import io.textonce.twilio.MalformedFormException;
import io.textonce.twilio.TwilioSignature;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.springboot.PlatformHttpMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Signature check of Twilio's webhooks, the first step of the kamelet {@code twilio-webhook-source}. Nothing of a
 * request is read before its signature over the raw body is verified; a forged one is rejected here, and the route
 * behind the kamelet never sees it.
 */
@Component
final class SignedWebhook {

    private static final Logger LOG = LoggerFactory.getLogger(SignedWebhook.class);

    private static final String SETTINGS = "X-Twilio-Webhooks-Signature-Settings";

    private final AtomicBoolean ruleIsKnown = new AtomicBoolean();
    private final Supplier<TwilioSignature> signature;
    private final boolean signatureRequired;
    private final MeterRegistry meters;

    @Autowired
    SignedWebhook(LiveSettings live, TextOnceProperties settings, MeterRegistry meters) {
        this(live.derive(SignedWebhook::signature), settings.requireTwilioSignature(), meters);
    }

    SignedWebhook(Supplier<TwilioSignature> signature, boolean signatureRequired, MeterRegistry meters) {
        this.signature = signature;
        this.signatureRequired = signatureRequired;
        this.meters = meters;
        // Registered at once, since the alert needs a value before the first increase.
        meter("forged");
    }

    /**
     * Sets the fields of the signed form as the body, a map with the first value of a repeated field, or JSON as it came, and the raw query
     * as the variable {@code query}; sets the variable {@code signed}. The form of a GET is its query, which is signed with the URL. Otherwise responds
     * with 403, or 400 to a malformed form.
     */
    void open(Exchange exchange) {
        try {
            verify(exchange);
        } catch (EventRejected rejection) {
            if (Twiml.isAsked(exchange.getMessage(PlatformHttpMessage.class).getRequest())) {
                Twiml.answer(exchange, rejection.httpStatus());
            } else {
                Problem.of(rejection).answer(exchange);
            }
        }
    }

    private void verify(Exchange exchange) {
        var message = exchange.getMessage();
        var request = exchange.getMessage(PlatformHttpMessage.class).getRequest();
        byte[] sent = message.getBody(byte[].class);
        byte[] body = sent == null ? new byte[0] : sent;
        String query = request.getQueryString();
        String path = ApplicationPath.of(request);
        String target = query == null ? path : path + "?" + query;
        // The media type that the caller sent: Camel receives plain bytes.
        var contentType = (String) request.getAttribute("io.textonce.contentType");
        boolean isJson = contentType != null && contentType.startsWith("application/json");
        var form = isJson ? null : form(request.getMethod().equals("POST") ? body : bytes(query));
        if (signatureRequired
                && !signature
                        .get()
                        .matches(
                                target,
                                body,
                                contentType,
                                request.getHeader("X-Twilio-Signature"),
                                request.getHeader(SETTINGS))) {
            turnedAway("forged");
            throw new EventRejected(403, "invalid signature", "The signature does not match the URL and body.");
        }
        notice(request.getHeader(SETTINGS));
        exchange.setVariable("query", query);
        exchange.setVariable("signed", true);
        message.removeHeaders("*");
        if (form == null) {
            message.setBody(body);
            return;
        }
        var fields = new LinkedHashMap<String, String>();
        form.parameters().forEach(field -> fields.putIfAbsent(field.name(), field.value()));
        message.setBody(fields);
    }

    private static TwilioSignature signature(TextOnceProperties settings) {
        var twilio = settings.twilio();
        return new TwilioSignature(twilio.webhookTokens(), twilio.sharedKeys(), settings.publicBaseUrls());
    }

    /** Logs once that a rule of the account applies, which its signature shows: it also decides about retries. */
    private void notice(@Nullable String settings) {
        if (settings != null && !ruleIsKnown.getAndSet(true)) {
            LOG.warn("A webhook rule of the Twilio account applies to our webhooks. Its connection settings replace the"
                    + " retries in the URLs of callbacks; the command doctor names the rule");
        }
    }

    private static byte[] bytes(@Nullable String query) {
        return query == null ? new byte[0] : query.getBytes(StandardCharsets.UTF_8);
    }

    private FormBody form(byte[] body) {
        try {
            return FormBody.parse(body);
        } catch (MalformedFormException e) {
            turnedAway("malformed");
            throw new EventRejected(400, "invalid callback", e.getMessage());
        }
    }

    private void turnedAway(String validity) {
        meter(validity).increment();
    }

    private Counter meter(String validity) {
        return meters.counter("textonce.callbacks.received", "validity", validity, "effect", "none");
    }
}
