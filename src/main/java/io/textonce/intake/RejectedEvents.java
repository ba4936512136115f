package io.textonce.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.textonce.delivery.DeliveryId;
import io.textonce.delivery.EventPreview;
import io.textonce.event.EventCheck;
import io.textonce.event.EventName;
import io.textonce.event.EventRejected;
import io.textonce.http.Problem;
import io.textonce.http.RejectionCounter;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import io.textonce.privacy.NumberMask;
import io.textonce.privacy.PersonalDataMask;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Journal of rejected events, which the failure policies of all intakes call. A rejection only enters a bounded queue; one
 * thread writes the queue in batches, at a bounded rate. Of a flood the rest is counted in one row, so that bad events
 * never slow down good ones.
 */
@Component
public final class RejectedEvents implements Processor, DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(RejectedEvents.class);

    private static final int BATCH = 200;
    private static final int MOST_WAITING = 1_000;
    private static final long PAUSE_MILLIS = 200;
    private static final int LONGEST = 300;

    private static final String INSERT = """
            INSERT INTO textonce.rejected_events
                (id, source, client, event, event_id, phone_masked, phone_hash, field, reason)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private final JdbcTemplate jdbc;
    private final PhoneNumbers phones;
    private final PhoneHash hash;
    private final Clock clock;
    private final RejectionCounter counter;
    private final BlockingQueue<Object[]> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong unlisted = new AtomicLong();
    private final Thread writer = new Thread(this::write, "rejected-events");
    private volatile boolean closed;

    RejectedEvents(JdbcTemplate jdbc, PhoneNumbers phones, PhoneHash hash, Clock clock, RejectionCounter counter) {
        this.counter = counter;
        this.jdbc = jdbc;
        this.phones = phones;
        this.hash = hash;
        this.clock = clock;
        writer.setDaemon(true);
        writer.start();
    }

    /**
     * Counts the rejection of an event, and records it unless it has a delivery; one that may still be accepted when it is
     * sent again is none.
     */
    @Override
    public void process(Exchange exchange) {
        var caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        String source = exchange.getVariable("source", String.class);
        var rejection = Problem.rejection(caught);
        if (source == null
                || EventPreview.of(exchange) != null
                || (rejection == null ? source.equals("http") : rejection.httpStatus() == 503)) {
            return;
        }
        counter.count(
                source,
                exchange.getVariable("event", String.class),
                exchange.getVariable("client", String.class),
                rejection == null ? "internal_error" : rejection.error());
        if (exchange.getVariable("delivery") != null) {
            return;
        }
        var fields = exchange.getVariable(EventCheck.FIELDS, MissingNode.getInstance(), JsonNode.class);
        String number = phones.canonical(fields.path("phone").asText(""));
        boolean known = phones.isE164(number);
        String event = exchange.getVariable("event", String.class);
        Object[] row = {
            newId(),
            source,
            exchange.getVariable("client", String.class),
            event != null && EventName.isValid(event) ? event : null,
            fields.path("eventId").isTextual() ? id(fields.get("eventId").textValue(), number) : null,
            known ? phones.mask(number) : null,
            known ? hash.of(number) : null,
            rejection == null ? null : field(rejection),
            rejection == null ? "Failed with an unexpected error; see the log" : shown(rejection.reason())
        };
        if (!waiting.offer(row)) {
            unlisted.incrementAndGet();
        }
    }

    private static @Nullable String field(EventRejected rejection) {
        return rejection.details().keySet().stream()
                .sorted()
                .findFirst()
                .map(RejectedEvents::shown)
                .orElse(null);
    }

    /** Returns an event id without the person's number. An order's number stays: support searches by it. */
    private static String id(String text, String number) {
        String digits = number.replaceAll("[^0-9]", "");
        return NumberMask.of(plain(text), digits.substring(Math.max(0, digits.length() - 4)));
    }

    /** Returns a text without numbers and control characters, of limited length. */
    private static String shown(String text) {
        return PersonalDataMask.maskNumbers(plain(text));
    }

    private static String plain(String text) {
        return text.substring(0, Math.min(text.length(), LONGEST)).replaceAll("\\p{Cntrl}", " ");
    }

    private void write() {
        try {
            while (!closed) {
                var batch = new ArrayList<Object[]>();
                var first = waiting.poll(1, TimeUnit.SECONDS);
                if (first != null) {
                    batch.add(first);
                    write(batch);
                    Thread.sleep(PAUSE_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(List<Object[]> batch) {
        waiting.drainTo(batch, BATCH - batch.size());
        long others = unlisted.getAndSet(0);
        if (others > 0) {
            batch.add(new Object[] {
                newId(), "all", null, null, null, null, null, null, others + " more events were rejected; not listed"
            });
        }
        try {
            jdbc.batchUpdate(INSERT, batch);
        } catch (DataAccessException e) {
            LOG.warn(
                    "{} rejected events could not be recorded: {}",
                    batch.size(),
                    e.getClass().getSimpleName());
        }
    }

    private UUID newId() {
        return DeliveryId.next(clock.millis());
    }

    /** Writes what waits. */
    @Override
    public void destroy() throws InterruptedException {
        closed = true;
        writer.interrupt();
        writer.join(TimeUnit.SECONDS.toMillis(2));
        if (!waiting.isEmpty()) {
            write(new ArrayList<>());
        }
    }
}
