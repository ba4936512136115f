package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.component.scheduler.SchedulerEndpoint;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.CamelEvent.ExchangeCompletedEvent;
import org.apache.camel.support.SimpleEventNotifierSupport;
import org.junit.jupiter.api.Test;

/** Background workers poll again at once while there is something to do, and must not when there is nothing. */
@SandboxTest
class IdleWorkersTest {

    private static final Duration WATCHED = Duration.ofSeconds(3);

    @Test
    void restForTheirPaceWhenThereIsNothingToDo(Sandbox sandbox) throws Exception {
        var camel = sandbox.context().getBean(CamelContext.class);
        try (var polls = new Polls()) {
            camel.getManagementStrategy().addEventNotifier(polls);
            polls.start();
            var end = Instant.now().plus(WATCHED);
            await().until(() -> Instant.now().isAfter(end));
            camel.getManagementStrategy().removeEventNotifier(polls);

            assertThat(polls.byName).containsKeys("heldWorkers", "unknownWorkers", "silentWorkers", "retention");
            assertThat(polls.byName)
                    .allSatisfy((name, count) -> assertThat(count).as(name).isLessThan(30));
        }
    }

    private static final class Polls extends SimpleEventNotifierSupport {

        private final Map<String, Integer> byName = new ConcurrentHashMap<>();

        @Override
        public void notify(CamelEvent event) {
            if (event instanceof ExchangeCompletedEvent done
                    && done.getExchange().getFromEndpoint() instanceof SchedulerEndpoint scheduler) {
                byName.merge(scheduler.getName(), 1, Integer::sum);
            }
        }
    }
}
