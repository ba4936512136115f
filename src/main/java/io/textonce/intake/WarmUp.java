package io.textonce.intake;

import io.textonce.delivery.EventPreview;
import io.textonce.delivery.EventPreviews;
import io.textonce.settings.Sandbox;
import io.textonce.settings.TextOnceProperties;
import io.textonce.tuning.SharedBuffers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;

/**
 * Self-warm-up before readiness: previews without a database, so that much of an event's way is compiled when the first
 * one comes. No table is read or written and no peer is called; of the metrics, only Camel's counters of the routes have them.
 */
@Component
final class WarmUp implements ApplicationRunner, ApplicationListener<ContextClosedEvent> {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    private static final String EVENT = "order-shipped";
    private static final String ROUTE = RouteSchemas.EVENT + EVENT;

    private final CamelContext camel;
    private final EventPreviews previews;
    private final Duration time;
    private final Clock clock;
    private final AtomicInteger made = new AtomicInteger();
    private volatile boolean ended;

    @Autowired
    WarmUp(
            CamelContext camel,
            EventPreviews previews,
            TextOnceProperties settings,
            ObjectProvider<Sandbox> sandbox,
            Clock clock) {
        this(camel, previews, sandbox.getIfAvailable() == null ? settings.warmUp() : Duration.ZERO, clock);
    }

    WarmUp(CamelContext camel, EventPreviews previews, Duration time, Clock clock) {
        this.camel = camel;
        this.previews = previews;
        this.time = time;
        this.clock = clock;
    }

    @Override
    public void run(ApplicationArguments arguments) throws InterruptedException {
        var status = camel.getRouteController().getRouteStatus(ROUTE);
        // A bundle of one's own may have another event of this name, whose preview has an effect.
        if (time.isZero() || status == null || !status.isStarted() || PreviewGuard.effect(camel, ROUTE) != null) {
            return;
        }
        long begin = System.nanoTime();
        int processors = Runtime.getRuntime().availableProcessors();
        var threads = Executors.newFixedThreadPool(processors, new CustomizableThreadFactory("warm-up-"));
        threads.invokeAll(Collections.nCopies(processors, Executors.callable(() -> preview(begin + time.toNanos()))));
        threads.shutdown();
        LOG.debug(
                "Warmed up by {} previews in {} ms",
                made,
                Duration.ofNanos(System.nanoTime() - begin).toMillis());
    }

    /** Ends the warm-up when TextOnce is stopped in the middle of it. */
    @Override
    public void onApplicationEvent(ContextClosedEvent closed) {
        ended = true;
    }

    /** The previews that were made so far. */
    int made() {
        return made.get();
    }

    private void preview(long end) {
        var template = camel.createProducerTemplate();
        while (!ended && System.nanoTime() < end) {
            if (!isPreviewed(template)) {
                ended = true;
            }
        }
        template.stop();
    }

    /** Returns whether a preview was made. A failure ends the warm-up and no more: TextOnce starts. */
    private boolean isPreviewed(ProducerTemplate template) {
        try {
            var done = template.request("direct:" + ROUTE, exchange -> {
                previews.beginOffline(exchange);
                exchange.setVariable("event", EVENT);
                exchange.setVariable("source", "http");
                exchange.getMessage().setBody(event(ThreadLocalRandom.current().nextInt(2_000_000, 10_000_000)));
            });
            if (done.getException() != null) {
                throw done.getException();
            }
            SharedBuffers.JSON.writeValueAsBytes(EventPreview.of(done).report(true));
            made.incrementAndGet();
            return true;
        } catch (Exception e) {
            LOG.debug("The warm-up ends early", e);
            return false;
        }
    }

    private byte[] event(int number) {
        return """
                {"eventId": "warm-up-%d", "phone": "+1555%d", "orderId": "%d", "consentAt": "%s"}""".formatted(number, number, number, clock.instant().minusSeconds(1))
                .getBytes(StandardCharsets.UTF_8);
    }
}
