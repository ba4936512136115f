package io.textonce.twilio;

import com.twilio.http.HttpClient;
import com.twilio.http.Request;
import com.twilio.http.Response;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.message.Sms;
import java.time.Duration;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Metrics of the send flow, by event, source and outcome; phone numbers and ids are never tags. */
@Component
public final class SendMeters {

    private static final Logger LOG = LoggerFactory.getLogger(SendMeters.class);
    private static final Pattern SEGMENTS = Pattern.compile("[1-9]\\d{0,2}");

    /** Objective: Twilio accepts a message this long after it was due. */
    private static final Duration OBJECTIVE = Duration.ofSeconds(10);

    /** The end of the last hold in the timeline is when a held message was due. */
    private static final String RESOLVED = """
            SELECT event, segments, CAST(extract(epoch FROM attempted_at - greatest(created_at, (
                SELECT max(until) FROM textonce.delivery_events
                WHERE delivery_id = d.id AND until <= d.attempted_at))) * 1000 AS bigint) AS took
            FROM textonce.deliveries AS d WHERE id = ? AND message_sid IS NOT NULL
            """;

    private final MeterRegistry meters;
    private final JdbcTemplate jdbc;
    private final Counter failed;

    SendMeters(MeterRegistry meters, JdbcTemplate jdbc) {
        this.meters = meters;
        this.jdbc = jdbc;
        this.failed = Counter.builder("textonce.calls.failed")
                .description("Messages that could not be posted to Twilio because of an internal error")
                .register(meters);
        // Registered at once, since the alert needs a value before the first increase.
        posts("unknown");
    }

    void notCalled() {
        failed.increment();
    }

    /** Counts the recorded outcome of one attempt. */
    void posted(Exchange exchange, String outcome) {
        var sms = exchange.getVariable("sms", Sms.class);
        meters.counter("textonce.messages.posted", "event", sms.event(), "source", sms.source(), "outcome", outcome)
                .increment();
    }

    /**
     * Records the latency and segments of an accepted message. A message is due when its event was received or, if
     * later, when its hold ended; a resent one is due from its event, too.
     *
     * @param segments as counted by Twilio; 0 while a Messaging Service has not chosen the sender, then our count is used
     */
    void handedOver(Exchange exchange, @Nullable String segments) {
        var sms = exchange.getVariable("sms", Sms.class);
        var dueFor = exchange.getVariable("dueFor", Duration.ZERO, Duration.class);
        handedOver(sms.event(), dueFor.plusMillis(exchange.getClock().elapsed()));
        segments(
                sms.event(),
                segments != null && SEGMENTS.matcher(segments).matches() ? Integer.valueOf(segments) : sms.segments());
    }

    /**
     * Records the latency of a message whose response was lost, once reconciliation or a callback has found it. Twilio
     * received the message no later than the attempt, so the attempt's time counts.
     *
     * @return whether Twilio has the message and its latency was recorded
     */
    public boolean resolved(UUID delivery) {
        try {
            return !jdbc.query(
                            RESOLVED,
                            (row, n) -> {
                                String event = row.getString("event");
                                handedOver(event, Duration.ofMillis(Math.max(0, row.getLong("took"))));
                                segments(event, row.getObject("segments", Integer.class));
                                return event;
                            },
                            delivery)
                    .isEmpty();
        } catch (DataAccessException e) {
            LOG.warn("The latency of delivery {} was not recorded", delivery, e);
            return false;
        }
    }

    /** Counts a reconciliation whose callback arrived before the loss of the response was noticed, if one did. */
    void resolvedBefore(UUID delivery) {
        if (resolved(delivery)) {
            meters.counter("textonce.reconciliations.resolved", "how", "callback")
                    .increment();
        }
    }

    private void handedOver(String event, Duration took) {
        Timer.builder("textonce.messages.accepted.latency")
                .description("From a message's due time until Twilio accepted it")
                .tag("event", event)
                .serviceLevelObjectives(Duration.ofSeconds(1), OBJECTIVE, Duration.ofMinutes(1), Duration.ofMinutes(10))
                .register(meters)
                .record(took);
    }

    private void segments(String event, @Nullable Integer segments) {
        if (segments != null) {
            meters.counter("textonce.segments.sent", "event", event).increment(segments);
        }
    }

    /** Counts a message that reached a new status at Twilio. */
    void raised(String event, String status, Duration age) {
        if (status.equals(DeliveryStatus.DELIVERED.word())) {
            Timer.builder("textonce.messages.delivered.latency")
                    .description("From the receipt of an event until its message was delivered to the phone")
                    .tag("event", event)
                    .serviceLevelObjectives(Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofMinutes(10))
                    .register(meters)
                    .record(age);
        }
        if (DeliveryStatus.of(status).filter(DeliveryStatus::isFinal).isPresent()) {
            meters.counter("textonce.messages.ended", "event", event, "outcome", status)
                    .increment();
        }
    }

    /** Client that counts each POST by its response. */
    HttpClient counting(HttpClient client) {
        return new HttpClient() {
            @Override
            public Response reliableRequest(Request request) {
                return makeRequest(request);
            }

            @Override
            public Response makeRequest(Request request) {
                try {
                    var response = client.makeRequest(request);
                    count("accepted");
                    return response;
                } catch (TwilioFailure.Rejected e) {
                    count("rejected");
                    throw e;
                } catch (TwilioFailure.NotProcessed e) {
                    count("not_processed");
                    throw e;
                } catch (TwilioFailure.Unclear e) {
                    count("unknown");
                    throw e;
                }
            }
        };
    }

    private void count(String response) {
        posts(response).increment();
    }

    private Counter posts(String response) {
        return meters.counter("textonce.twilio.posts", "response", response);
    }
}
