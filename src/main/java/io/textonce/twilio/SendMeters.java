package io.textonce.twilio;

import com.twilio.http.HttpClient;
import com.twilio.http.Request;
import com.twilio.http.Response;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.textonce.delivery.Delivery;
import io.textonce.message.Sms;
import java.time.Duration;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/** What the send road counts: by event, source and outcome, never by a number or an id. */
public final class SendMeters {

    private static final Logger LOG = LoggerFactory.getLogger(SendMeters.class);

    /** A text should be with Twilio this long after it was due. */
    private static final Duration OBJECTIVE = Duration.ofSeconds(10);

    /** A hold's end, as the timeline tells it, is when a held text was due. */
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
                .description("Texts that could not be handed to Twilio by a fault of this system")
                .register(meters);
    }

    void notCalled() {
        failed.increment();
    }

    /** The outcome of one attempt, as it is written down. */
    void posted(Exchange exchange, String outcome) {
        var sms = exchange.getVariable("sms", Sms.class);
        meters.counter("textonce.texts.posted", "event", sms.event(), "source", sms.source(), "outcome", outcome)
                .increment();
    }

    /**
     * Twilio has the text. A text is due when its event came in, when its hold ended, or, for one that is sent once
     * more, when its event came in.
     *
     * @param segments as Twilio says it; 0 while a Messaging Service has not chosen the sender, and ours count then
     */
    void handedOver(Exchange exchange, @Nullable String segments) {
        var sms = exchange.getVariable("sms", Sms.class);
        var dueFor = exchange.getVariable("dueFor", Duration.ZERO, Duration.class);
        handedOver(sms.event(), dueFor.plusMillis(exchange.getClock().elapsed()));
        segments(
                sms.event(),
                segments != null && segments.matches("[1-9]\\d{0,2}") ? Integer.valueOf(segments) : sms.segments());
    }

    /**
     * Twilio had the text, as a callback or its list told later. What counts is when the call was made whose answer was
     * lost: later than that Twilio did not get it.
     *
     * @return whether that is so, and was measured
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
            LOG.warn("The hand-over of delivery {} was not measured", delivery, e);
            return false;
        }
    }

    /** The same where the callback came even before it was known that the answer was lost, if one came. */
    void resolvedBefore(UUID delivery) {
        if (resolved(delivery)) {
            meters.counter("textonce.unknowns.resolved", "how", "callback").increment();
        }
    }

    private void handedOver(String event, Duration took) {
        Timer.builder("textonce.texts.handover")
                .description("From when a text was due until Twilio had it")
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

    /** What Twilio says became of a text, once a status was raised by it. */
    void told(String event, String status, Duration age) {
        if (status.equals("delivered")) {
            Timer.builder("textonce.texts.delivery")
                    .description("From when the event came in until the phone had the text")
                    .tag("event", event)
                    .serviceLevelObjectives(Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofMinutes(10))
                    .register(meters)
                    .record(age);
        }
        if (Delivery.isFinal(status)) {
            meters.counter("textonce.texts.ended", "event", event, "outcome", status)
                    .increment();
        }
    }

    /** The client, each of whose POSTs is counted by what came back. */
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
                } catch (TwilioFailure.Refused e) {
                    count("refused");
                    throw e;
                } catch (TwilioFailure.NotProcessed e) {
                    count("not_processed");
                    throw e;
                } catch (TwilioFailure.Unclear e) {
                    count("unclear");
                    throw e;
                }
            }
        };
    }

    private void count(String answer) {
        meters.counter("textonce.twilio.posts", "answer", answer).increment();
    }
}
