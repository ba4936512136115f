package io.textonce.twilio;

import com.twilio.http.HttpClient;
import com.twilio.http.Request;
import com.twilio.http.Response;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.textonce.delivery.Delivery;
import io.textonce.delivery.Sms;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** What the send road counts: by event, source and outcome, never by a number or an id. */
final class SendMeters {

    /** A text should be with Twilio this long after it was due. */
    private static final Duration OBJECTIVE = Duration.ofSeconds(10);

    private final MeterRegistry meters;

    SendMeters(MeterRegistry meters) {
        this.meters = meters;
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
     * @param segments as Twilio says it; 0 while a Messaging Service has not chosen the sender
     */
    void handedOver(Exchange exchange, @Nullable String segments) {
        var sms = exchange.getVariable("sms", Sms.class);
        var dueFor = exchange.getVariable("dueFor", Duration.ZERO, Duration.class);
        Timer.builder("textonce.texts.handover")
                .description("From when a text was due until Twilio had it")
                .tag("event", sms.event())
                .serviceLevelObjectives(Duration.ofSeconds(1), OBJECTIVE, Duration.ofMinutes(1), Duration.ofMinutes(10))
                .register(meters)
                .record(dueFor.plusMillis(exchange.getClock().elapsed()));
        if (segments != null && segments.matches("[1-9]\\d{0,2}")) {
            meters.counter("textonce.segments.sent", "event", sms.event()).increment(Integer.parseInt(segments));
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
