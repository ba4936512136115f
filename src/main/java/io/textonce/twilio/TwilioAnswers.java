package io.textonce.twilio;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.twilio.http.Response;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.privacy.RepeatedLines;
import io.textonce.tuning.SharedBuffers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Classifier of HTTP responses by what they prove about the call. Only Twilio's own error code proves a rejection. A
 * 3xx or 4xx without one comes from an intermediary (proxy, firewall, gateway), which may have forwarded the call
 * before: it proves nothing, whatever its status.
 */
@Component
final class TwilioAnswers {

    private static final Logger LOG = LoggerFactory.getLogger(TwilioAnswers.class);

    private static final int MAX_ANSWER = 4 * 1024 * 1024;

    private final RepeatedLines repeated = new RepeatedLines();
    private final TwilioCodes codes;
    private final Counter intercepted;

    TwilioAnswers(TwilioCodes codes, MeterRegistry meters) {
        this.codes = codes;
        this.intercepted = Counter.builder("textonce.responses.intercepted")
                .description("Responses to Twilio calls that came from an intermediary")
                .register(meters);
    }

    /**
     * Returns the response to a call that Twilio accepted.
     *
     * @param left whether any of the call was written, as opposed to a proxy's CONNECT alone
     * @throws TwilioFailure for any other response
     */
    Response read(ClassicHttpResponse response, boolean left) throws IOException {
        int status = response.getCode();
        String body = text(response);
        if (status < 300) {
            return new Response(body, status, response.getHeaders());
        }
        var code = code(body);
        if (code == null) {
            throw unproven(status, left);
        }
        var entry = codes.of(code, status);
        switch (entry.atCreation()) {
            case RETRY ->
                throw new TwilioFailure.NotProcessed(
                        "Twilio is busy (HTTP " + status + ", code " + code + ")", retryAfter(response));
            case UNCLEAR ->
                throw new TwilioFailure.Unclear(
                        "Twilio had an internal error (HTTP " + status + ", code " + code + ")", null);
            default -> throw new TwilioFailure.Rejected(entry, status);
        }
    }

    private TwilioFailure unproven(int status, boolean left) {
        if (left && status >= 500) {
            return new TwilioFailure.Unclear("Twilio had an internal error (HTTP " + status + ")", null);
        }
        intercepted.increment();
        repeated.log(
                status,
                omitted -> LOG.warn(
                        "HTTP {} without a Twilio error code: a proxy, firewall or gateway responded instead of Twilio ({} more since the last line)",
                        status,
                        omitted));
        return left
                ? new TwilioFailure.Unclear(
                        "A proxy or firewall responded instead of Twilio (HTTP " + status + ")", null)
                : new TwilioFailure.NotProcessed(
                        "A proxy did not connect us to Twilio (HTTP " + status + ")", (Throwable) null);
    }

    private static String text(ClassicHttpResponse response) throws IOException {
        var entity = response.getEntity();
        if (entity == null) {
            return "";
        }
        byte[] bytes = EntityUtils.toByteArray(entity, MAX_ANSWER);
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }

    /** Returns Twilio's error code, which has five digits; a gateway's JSON repeats the HTTP status under that name. */
    private @Nullable Integer code(String body) {
        try {
            JsonNode code = SharedBuffers.JSON.readTree(body).path("code");
            return code.isInt() && code.intValue() >= 10_000 && code.intValue() <= 99_999 ? code.intValue() : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static @Nullable Duration retryAfter(ClassicHttpResponse response) {
        var header = response.getFirstHeader(HttpHeaders.RETRY_AFTER);
        if (header == null) {
            return null;
        }
        try {
            return Duration.ofSeconds(
                    Math.max(0, Long.parseLong(header.getValue().trim())));
        } catch (NumberFormatException seconds) {
            try {
                var at = ZonedDateTime.parse(header.getValue().trim(), DateTimeFormatter.RFC_1123_DATE_TIME);
                var wait = Duration.between(Instant.now(), at.toInstant());
                return wait.isNegative() ? Duration.ZERO : wait;
            } catch (DateTimeParseException date) {
                return null;
            }
        }
    }
}
