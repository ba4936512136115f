package io.textonce.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.textonce.delivery.Delivery;
import io.textonce.delivery.EventPreview;
import io.textonce.delivery.EventPreviews;
import io.textonce.event.CloudEvent;
import io.textonce.event.EventName;
import io.textonce.event.EventOutcome;
import io.textonce.event.EventPermission;
import io.textonce.event.EventRejected;
import io.textonce.event.IdempotencyKey;
import io.textonce.event.Utf8Text;
import io.textonce.privacy.RepeatedLines;
import io.textonce.tuning.SharedBuffers;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.springboot.PlatformHttpMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Component;

/** HTTP contract: the event of a path, and the response to a caller. */
@Component
final class HttpResponses {

    private static final Logger LOG = LoggerFactory.getLogger(HttpResponses.class);

    /** Detail of a failed request that sends no event. */
    private static final String INCOMPLETE = "We could not complete the request. Retry it in a moment.";

    /** Variable with the prefix of the caller's paths. */
    private static final String PREFIX = "pathPrefix";

    private static final Pattern EVENT_PATH = Pattern.compile("/api/(" + EventName.PATTERN + ")-sms");

    private final RepeatedLines transientFailures = new RepeatedLines();
    private final EventPreviews previews;

    HttpResponses(EventPreviews previews) {
        this.previews = previews;
    }

    /**
     * Sets the event's name from the path and the client from the request; keeps nothing else of the request but the
     * body.
     */
    void read(Exchange exchange) {
        var request = event(exchange, EVENT_PATH);
        preview(exchange, request);
        body(exchange);
        var message = exchange.getMessage();
        message.setBody(
                IdempotencyKey.applied(EventHeader.of(request, IdempotencyKey.HEADER), message.getBody(byte[].class)));
    }

    /** Sets the event's name from the path, which has it as the first group, and returns the request. */
    static HttpServletRequest event(Exchange exchange, Pattern form) {
        var request = exchange.getMessage(PlatformHttpMessage.class).getRequest();
        var path = form.matcher(ApplicationPath.of(request));
        if (!path.matches()) {
            throw EventRejected.ofUnknownEvent();
        }
        exchange.setVariable("event", path.group(1));
        exchange.setVariable("source", "http");
        return request;
    }

    /**
     * Sets the event of a CloudEvent: in structured mode by its media type, else in binary mode with the headers {@code
     * ce-…} (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md).
     */
    void readCloudEvent(Exchange exchange) {
        var message = exchange.getMessage();
        var request = exchange.getMessage(PlatformHttpMessage.class).getRequest();
        preview(exchange, request);
        body(exchange);
        byte[] body = message.getBody(byte[].class);
        var cloudEvent = CloudEvent.isStructured(request.getContentType())
                ? CloudEvent.structured(body)
                : CloudEvent.binary(name -> EventHeader.attribute(request, name), body);
        IdempotencyKey.mustBe(EventHeader.of(request, IdempotencyKey.HEADER), cloudEvent.id());
        exchange.setVariable("event", cloudEvent.event());
        exchange.setVariable("source", "http");
        message.setBody(cloudEvent.json());
    }

    private void preview(Exchange exchange, HttpServletRequest request) {
        if (PreviewParameter.isTrue(request)) {
            previews.begin(exchange);
        }
    }

    /**
     * Sets the client from the request, and limits the exchange to the events that the client may send. A body that is
     * empty is one of no bytes to a route that reads a media type, so that its parser rejects it.
     */
    void caller(Exchange exchange) {
        noPreview(exchange);
        if (exchange.isRouteStop()) {
            return;
        }
        if (exchange.getFromEndpoint() instanceof PlatformHttpEndpoint http
                && http.getConsumes() != null
                && exchange.getMessage().getBody() == null) {
            exchange.getMessage().setBody(new byte[0]);
        }
        var request = exchange.getMessage(PlatformHttpMessage.class).getRequest();
        client(exchange, request);
        if (request.getUserPrincipal() instanceof Authentication client) {
            var granted = client.getAuthorities();
            EventPermission.limit(exchange, event -> SendPermission.isGranted(granted, event));
        }
    }

    /**
     * Responds to a request for a preview where none is made, and ends there: the policy of the route behind the kamelet
     * does not cover this step.
     */
    void noPreview(Exchange exchange) {
        try {
            PreviewParameter.reject(
                    exchange.getMessage(PlatformHttpMessage.class).getRequest());
        } catch (EventRejected e) {
            Problem.of(e).answer(exchange);
            exchange.setRouteStop(true);
        }
    }

    private static void client(Exchange exchange, HttpServletRequest request) {
        exchange.setVariable("client", request.getRemoteUser());
        exchange.setVariable(PREFIX, request.getContextPath());
    }

    /** Sets the client from the request; keeps nothing else of the request but the body. */
    void body(Exchange exchange) {
        client(exchange, exchange.getMessage(PlatformHttpMessage.class).getRequest());
        var message = exchange.getMessage();
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

    /**
     * Returns whether the body is UTF-8. JSON readers guess other encodings by NUL bytes, which JSON in UTF-8 does not
     * have.
     */
    private static boolean isUtf8(byte[] body) {
        for (byte b : body) {
            if (b == 0) {
                return false;
            }
        }
        return Utf8Text.orNull(body) != null;
    }

    /**
     * Responds with the outcome of the event: 200 if Twilio already has its message or it is a preview, else 202. Where a
     * route has made several events of a body, it responds to each, as to an array of events.
     */
    void accepted(Exchange exchange) throws JsonProcessingException {
        var preview = EventPreview.of(exchange);
        if (preview != null) {
            answer(exchange, 200, preview.report(true));
            return;
        }
        if (exchange.getVariable(EventOutcome.PARTS) instanceof List<?> parts) {
            answer(
                    exchange,
                    200,
                    parts.stream()
                            .map(part -> Map.of("status", status(part), "body", members(part)))
                            .toList());
            return;
        }
        Object outcome = EventOutcome.orDelivery(exchange);
        answer(exchange, status(outcome), members(outcome));
        if (outcome instanceof Delivery delivery && !delivery.duplicate()) {
            String prefix = exchange.getVariable(PREFIX, "", String.class);
            exchange.getMessage().setHeader("Location", prefix + "/api/deliveries/" + delivery.id());
        }
    }

    private static int status(@Nullable Object outcome) {
        return outcome instanceof Delivery delivery && delivery.duplicate() && delivery.sid() != null ? 200 : 202;
    }

    /** Returns the members of a response; an event that sent and canceled nothing has no status. */
    private static Map<String, Object> members(@Nullable Object outcome) {
        var members = new LinkedHashMap<String, Object>();
        if (!(outcome instanceof Delivery delivery)) {
            boolean isDuplicate = outcome instanceof EventOutcome known && known.duplicate();
            members.put(isDuplicate ? "duplicate" : "accepted", true);
            if (outcome instanceof EventOutcome known) {
                members.put("status", known.status());
            }
            return members;
        }
        members.put(delivery.duplicate() ? "duplicate" : "accepted", true);
        if (delivery.sid() != null) {
            members.put("sid", delivery.sid());
        }
        members.put("status", delivery.status().word());
        if (!delivery.duplicate()) {
            members.put("id", delivery.id());
        }
        return members;
    }

    private static void answer(Exchange exchange, int status, Object body) throws JsonProcessingException {
        write(exchange, status, "application/json", SharedBuffers.JSON.writeValueAsBytes(body));
    }

    /** Responds 202 with the map in the body as JSON. */
    void started(Exchange exchange) throws JsonProcessingException {
        answer(exchange, 202, exchange.getMessage().getBody());
    }

    /** Responds 200 with the map in the body as JSON. */
    void found(Exchange exchange) throws JsonProcessingException {
        answer(exchange, 200, exchange.getMessage().getBody());
    }

    /** Writes a response with its length, so that head and body are sent in one piece. */
    static void write(Exchange exchange, int status, String mediaType, byte[] body) {
        var message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        message.setHeader(Exchange.CONTENT_TYPE, mediaType);
        message.setHeader(Exchange.CONTENT_LENGTH, body.length);
        message.setBody(body);
    }

    /** Responds with the problem of a failure. */
    void problem(Exchange exchange) {
        var caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        var problem = Problem.of(caught);
        if (problem.status() >= 500 && Problem.rejection(caught) == null) {
            log(exchange, problem, caught);
            if (exchange.getVariable("event") == null || EventPreview.of(exchange) != null) {
                problem = new Problem(problem.status(), problem.error(), INCOMPLETE);
            }
        }
        problem.answer(exchange);
    }

    /** Logs an internal error, and of transient failures one a minute: while a peer is unavailable each request is one. */
    private void log(Exchange exchange, Problem problem, Throwable caught) {
        if (problem.retryLater()) {
            transientFailures.logFailure(
                    caught,
                    omitted -> LOG.warn("Callers get 503 and retry ({} more since the last line)", omitted, caught));
        } else {
            LOG.error("Exchange {} failed: {}", exchange.getExchangeId(), problem.error(), caught);
        }
    }

    /** Acknowledges the request without a body. */
    void acknowledge(Exchange exchange) {
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 204);
        exchange.getMessage().setBody(null);
    }
}
