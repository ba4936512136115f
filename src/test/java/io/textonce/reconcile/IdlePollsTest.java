package io.textonce.reconcile;

import static org.awaitility.Awaitility.await;

import io.textonce.peer.Activity;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class IdlePollsTest {

    private final AtomicLong now = new AtomicLong();
    private final Activity activity = new Activity(now::get);
    private final AtomicInteger polls = new AtomicInteger();

    @Test
    void pollsAtTheFullRateWhileThereIsWorkAndRarelyWhenIdle() throws Exception {
        try (var camel = new DefaultCamelContext()) {
            camel.getRegistry().bind("idlePolls", new IdlePolls(activity, Duration.ofHours(1)));
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("scheduler:work?delay=10&initialDelay=0&pollStrategy=#idlePolls")
                            .process(exchange -> polls.incrementAndGet());
                }
            });
            camel.start();
            await().until(() -> polls.get() > 10);

            now.set(TimeUnit.MINUTES.toNanos(2));
            await().during(Duration.ofMillis(200)).until(() -> polls.getAndSet(0), Integer.valueOf(0)::equals);

            activity.mark();
            await().until(() -> polls.get() > 10);
        }
    }
}
