package io.textonce.http;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.textonce.event.EventRejected;
import io.textonce.peer.Causes;
import io.textonce.privacy.PersonalDataMask;
import io.textonce.tuning.SharedBuffers;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import javax.xml.stream.XMLStreamException;
import net.sf.saxon.trans.XPathException;
import net.thisptr.jackson.jq.exception.JsonQueryUserException;
import org.apache.camel.Exchange;
import org.apache.camel.ValidationException;
import org.apache.camel.component.direct.DirectConsumerNotAvailableException;
import org.apache.camel.component.jsonvalidator.JsonValidationException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.CannotCreateTransactionException;
import org.xml.sax.SAXParseException;

/**
 * Error response of the API: the members that callers' programs read ({@code error}, {@code details}, {@code code})
 * inside a problem of RFC 9457. It never repeats what the caller sent.
 *
 * @param retryAfter time to wait before a retry, if known
 */
public record Problem(
        int status,
        String error,
        String detail,
        Map<String, List<String>> details,
        @Nullable Integer code,
        @Nullable Duration retryAfter) {

    public static final String MEDIA_TYPE = "application/problem+json";

    /** Keywords whose reasons repeat a name of the caller's; those of all others have only what the schema says. */
    private static final Set<String> OF_NAMES =
            Set.of("additionalProperties", "propertyNames", "unevaluatedProperties");

    static final String NOT_CONFIRMED =
            "We could not confirm that the event was accepted. Retry the identical request; it is idempotent.";

    public Problem(int status, String error, String detail) {
        this(status, error, detail, Map.of(), null, null);
    }

    /** Returns the problem of a failed exchange. An unexpected error is a 500 without details. */
    public static Problem of(Throwable thrown) {
        var rejection = rejection(thrown);
        if (rejection != null) {
            return new Problem(
                    rejection.httpStatus(),
                    rejection.error(),
                    rejection.getMessage(),
                    rejection.details(),
                    rejection.code(),
                    rejection.retryAfter());
        }
        return isOfTheMoment(thrown)
                ? new Problem(503, "try_again", NOT_CONFIRMED)
                : new Problem(500, "internal_error", NOT_CONFIRMED);
    }

    /** Returns the rejection that a failure stands for, or null if the failure is internal and not the event's. */
    public static @Nullable EventRejected rejection(Throwable thrown) {
        var rejection = Causes.find(EventRejected.class, thrown);
        if (rejection != null) {
            return rejection;
        }
        var invalid = Causes.find(ValidationException.class, thrown);
        if (invalid != null) {
            return rejection(invalid);
        }
        // A value that the database rejects today it rejects tomorrow, except for a row that another transaction
        // inserted first.
        var integrity = Causes.find(DataIntegrityViolationException.class, thrown);
        if (integrity != null && !(integrity instanceof DuplicateKeyException)) {
            return new EventRejected(
                    422, "not_storable", "The request has a value that can't be stored. Correct it and send it again.");
        }
        return ofMapping(thrown);
    }

    /** Returns the rejection of a body that a user route can't parse, or that its mapping rejects. */
    private static @Nullable EventRejected ofMapping(Throwable thrown) {
        var json = Causes.find(JsonParseException.class, thrown);
        if (json != null) {
            return EventRejected.ofField("body", words(json));
        }
        if (isNoXml(thrown)) {
            return EventRejected.ofField("body", "is not valid XML");
        }
        var mapping = Causes.find(JsonQueryUserException.class, thrown);
        if (mapping != null) {
            var reason = mapping.getMessageAsJsonNode();
            return EventRejected.ofField(
                    "body",
                    reason != null && reason.isTextual()
                            ? PersonalDataMask.maskNumbers(reason.textValue())
                            : "is rejected by its mapping");
        }
        var mismatch = Causes.find(MismatchedInputException.class, thrown);
        if (mismatch == null) {
            return null;
        }
        return EventRejected.ofField(
                "body",
                mismatch.getOriginalMessage().startsWith("Trailing token")
                        ? "has more than one JSON value"
                        : "is not a JSON object");
    }

    /** Saxon drops the cause of its own error SXXP0003. */
    private static boolean isNoXml(Throwable thrown) {
        var saxon = Causes.find(XPathException.class, thrown);
        return Causes.find(SAXParseException.class, thrown) != null || saxon != null && saxon.hasErrorCode("SXXP0003");
    }

    /** Returns whether a failure is a rejection that no retry changes. */
    public static boolean isPermanent(Throwable thrown) {
        var rejection = rejection(thrown);
        return rejection != null && rejection.httpStatus() != 503;
    }

    private static @Nullable EventRejected rejection(ValidationException invalid) {
        var json = Causes.find(JsonProcessingException.class, invalid);
        if (json != null) {
            return EventRejected.ofField("body", words(json));
        }
        if (!(invalid instanceof JsonValidationException schema)) {
            return EventRejected.ofField("body", "is rejected by a check of its route");
        }
        if (schema.getErrors().isEmpty()) {
            return EventRejected.ofField("body", "is not a JSON object");
        }
        var details = new TreeMap<String, List<String>>();
        schema.getErrors().forEach(error -> {
            var path = error.getInstanceLocation();
            String field = path.getNameCount() > 0 ? path.getName(0) : error.getProperty();
            String where = path + ": ";
            String message = error.getMessage();
            String reason = message.startsWith(where) ? message.substring(where.length()) : message;
            // The path is part of the reason below a field, such as in an array; its names may be the caller's.
            String shown =
                    path.getNameCount() > 1 ? PersonalDataMask.maskNumbers(where.replaceFirst("^\\$\\.", "")) : "";
            details.computeIfAbsent(
                            field == null ? "body" : PersonalDataMask.maskNumbers(field), key -> new ArrayList<>())
                    .add(shown + (OF_NAMES.contains(error.getType()) ? PersonalDataMask.maskNumbers(reason) : reason));
        });
        return EventRejected.ofFields(details);
    }

    private static String words(JsonProcessingException e) {
        var at = e.getLocation();
        String where = at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
        if (e instanceof StreamConstraintsException) {
            return "is nested too deeply or has a value that is too long" + where;
        }
        String problem = e.getOriginalMessage().startsWith("Duplicate field")
                ? "has a duplicate key"
                : e.getCause() instanceof XMLStreamException ? "is not valid XML" : "is not valid JSON in UTF-8";
        return problem + where;
    }

    /** Returns whether the failure is transient: the database, the load, or a route that is being replaced. */
    private static boolean isOfTheMoment(Throwable thrown) {
        return Causes.find(DirectConsumerNotAvailableException.class, thrown) != null
                || Causes.find(DataAccessException.class, thrown) != null
                || Causes.find(SQLException.class, thrown) != null
                || Causes.find(CannotCreateTransactionException.class, thrown) != null
                || Causes.find(RejectedExecutionException.class, thrown) != null;
    }

    /** Returns the body of the response. */
    public String json() {
        var members = new LinkedHashMap<String, Object>();
        members.put("type", "about:blank");
        var known = HttpStatus.resolve(status);
        members.put("title", known == null ? "Error" : known.getReasonPhrase());
        members.put("status", status);
        members.put("detail", detail);
        members.put("error", error);
        if (!details.isEmpty()) {
            members.put("details", details);
        }
        if (code != null) {
            members.put("code", code);
        }
        try {
            return SharedBuffers.JSON.writeValueAsString(members);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes this problem the response of an exchange, which keeps nothing else. */
    public void answer(Exchange exchange) {
        HttpResponses.write(exchange, status, MEDIA_TYPE, json().getBytes(StandardCharsets.UTF_8));
        if (retryLater()) {
            exchange.getMessage().setHeader("Retry-After", Long.toString(retryAfterSeconds()));
        }
    }

    /** Returns whether the caller should retry after a while. */
    public boolean retryLater() {
        return status == 503 || status == 429;
    }

    /** Returns the seconds to wait before a retry; 5 if unknown. */
    public long retryAfterSeconds() {
        return retryAfter == null ? 5 : Math.max(1, retryAfter.toSeconds());
    }
}
