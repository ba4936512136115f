package io.textonce.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.textonce.delivery.Delivery;
import io.textonce.event.CloudEvent;
import io.textonce.event.EventName;
import io.textonce.event.EventOutcome;
import io.textonce.event.EventRejected;
import io.textonce.event.IdempotencyKey;
import io.textonce.tuning.SharedBuffers;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.springboot.PlatformHttpMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP contract: which event a path names, and what a caller is told. */
final class HttpResponses {

    private static final Logger LOG = LoggerFactory.getLogger(HttpResponses.class);

    private static final Pattern EVENT_PATH = Pattern.compile("/api/(" + EventName.PATTERN + ")-sms");

    private final ObjectMapper json = new ObjectMapper(SharedBuffers.factory().build());

    /** Finds the event's name in the path and who calls in the request; keeps nothing else of it but the body. */
    void read(Exchange exchange) {
        var request = exchange.getMessage(PlatformHttpMessage.class).getRequest();
        var path = EVENT_PATH.matcher(request.getRequestURI());
        if (!path.matches()) {
            throw new EventRejected(404, "unknown_event", "Unknown event.");
        }
        exchange.setVariable("event", path.group(1));
        exchange.setVariable("source", "http");
        body(exchange);
        var message = exchange.getMessage();
        message.setBody(
                IdempotencyKey.applied(request.getHeader(IdempotencyKey.HEADER), message.getBody(byte[].class)));
    }

    /**
     * Finds the event in a CloudEvent: a structured one by its media type, else one in headers {@code ce-…}
     * (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md).
     */
    void readCloudEvent(Exchange exchange) {
        var message = exchange.getMessage();
        var request = exchange.getMessage(PlatformHttpMessage.class).getRequest();
        body(exchange);
        byte[] body = message.getBody(byte[].class);
        var cloudEvent = CloudEvent.isStructured(request.getContentType())
                ? CloudEvent.structured(body)
                : CloudEvent.binary(name -> percentDecoded(request.getHeader("ce-" + name)), body);
        IdempotencyKey.mustBe(request.getHeader(IdempotencyKey.HEADER), cloudEvent.id());
        exchange.setVariable("event", cloudEvent.event());
        exchange.setVariable("source", "http");
        message.setBody(cloudEvent.json());
    }

    /** Header values are percent-encoded; a plus sign is one. */
    private static @Nullable String percentDecoded(@Nullable String value) {
        try {
            return value == null ? null : URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return value;
        }
    }

    /** Finds who calls in the request; keeps nothing else of it but the body. */
    void body(Exchange exchange) {
        var message = exchange.getMessage();
        var request = exchange.getMessage(PlatformHttpMessage.class).getRequest();
        exchange.setVariable("client", request.getRemoteUser());
        byte[] body = message.getBody(byte[].class);
        if (body == null || body.length == 0) {
            throw EventRejected.ofField("body", "is missing");
        }
        if (!isUtf8(body)) {
            throw EventRejected.ofField("body", "is not JSON in UTF-8");
        }
        message.removeHeaders("*");
        message.setBody(body);
    }

    /** JSON readers guess other encodings by their NUL bytes, which JSON in UTF-8 has none of. */
    private static boolean isUtf8(byte[] body) {
        for (byte b : body) {
            if (b == 0) {
                return false;
            }
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Says what became of the event: 200 for one that Twilio had already, else 202. */
    void accepted(Exchange exchange) throws JsonProcessingException {
        var delivery = exchange.getVariable("delivery", Delivery.class);
        var members = new LinkedHashMap<String, Object>();
        if (delivery == null) {
            var outcome = exchange.getVariable("outcome", EventOutcome.class);
            members.put(outcome.duplicate() ? "duplicate" : "accepted", true);
            members.put("status", outcome.status());
            answer(exchange, 202, members);
            return;
        }
        members.put(delivery.duplicate() ? "duplicate" : "accepted", true);
        if (delivery.sid() != null) {
            members.put("sid", delivery.sid());
        }
        members.put("status", delivery.status().word());
        if (!delivery.duplicate()) {
            members.put("id", delivery.id());
        }
        boolean known = delivery.duplicate() && delivery.sid() != null;
        answer(exchange, known ? 200 : 202, members);
        if (!delivery.duplicate()) {
            exchange.getMessage().setHeader("Location", "/api/deliveries/" + delivery.id());
        }
    }

    private void answer(Exchange exchange, int status, Map<String, Object> members) throws JsonProcessingException {
        write(exchange, status, "application/json", json.writeValueAsBytes(members));
    }

    /** Answers with the map in the body as JSON. */
    void json(Exchange exchange, int status) throws JsonProcessingException {
        var body = exchange.getMessage().getBody();
        write(exchange, status, "application/json", json.writeValueAsBytes(body));
    }

    /** Its length is said, so that head and body leave in one piece. */
    static void write(Exchange exchange, int status, String mediaType, byte[] body) {
        var message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        message.setHeader(Exchange.CONTENT_TYPE, mediaType);
        message.setHeader(Exchange.CONTENT_LENGTH, body.length);
        message.setBody(body);
    }

    /** Says why not. */
    void problem(Exchange exchange) {
        var caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        var problem = Problem.of(caught);
        if (problem.status() >= 500 && Problem.refusal(caught) == null) {
            LOG.error("Exchange {} failed: {}", exchange.getExchangeId(), problem.error(), caught);
        }
        problem.answer(exchange);
    }

    /** Says that it was heard, without a body. */
    void heard(Exchange exchange) {
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 204);
        exchange.getMessage().setBody(null);
    }
}
