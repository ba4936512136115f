package io.textonce.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.delivery.EventPreviews;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;
import org.springframework.boot.DefaultApplicationArguments;
import org.springframework.context.event.ContextClosedEvent;

@SandboxTest
class WarmUpTest {

    @Test
    void makesMessagesAndStoresNone(Sandbox sandbox) throws InterruptedException {
        var warmUp = warmUp(sandbox, Duration.ofMillis(300));

        warmUp.run(new DefaultApplicationArguments());

        assertThat(warmUp.made()).isPositive();
        for (String table : List.of("deliveries", "rejected_events")) {
            assertThat(sandbox.database()
                            .queryForObject(
                                    "SELECT count(*) FROM textonce." + table + " WHERE event_id LIKE 'warm-up-%'",
                                    Long.class))
                    .as(table)
                    .isZero();
        }
    }

    @Test
    void endsWhenTextOnceIsStopped(Sandbox sandbox) {
        var warmUp = warmUp(sandbox, Duration.ofHours(1));

        var thread = Executors.newSingleThreadExecutor();
        var run = thread.submit(() -> {
            warmUp.run(new DefaultApplicationArguments());
            return warmUp.made();
        });
        thread.shutdown();
        await().until(() -> warmUp.made() > 0);
        warmUp.onApplicationEvent(new ContextClosedEvent(sandbox.context()));

        assertThat(run).succeedsWithin(Duration.ofSeconds(20));
    }

    private static WarmUp warmUp(Sandbox sandbox, Duration time) {
        var context = sandbox.context();
        return new WarmUp(
                context.getBean(CamelContext.class), context.getBean(EventPreviews.class), time, Clock.systemUTC());
    }
}
