package io.textonce.evidence;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.Candidates;
import io.textonce.delivery.Delivery;
import io.textonce.delivery.Departure;
import io.textonce.delivery.Due;
import io.textonce.delivery.DueDeliveries;
import io.textonce.delivery.Restore;
import io.textonce.delivery.SendGate;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.SendMeters;
import io.textonce.twilio.TwilioClock;
import io.textonce.twilio.TwilioMessages;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The background worker's steps, known to the routes by name. */
@Configuration(proxyBeanMethods = false)
class EvidenceConfiguration {

    @Bean
    Evidence evidence(
            DueDeliveries deliveries,
            Candidates candidates,
            TwilioMessages messages,
            TwilioClock clock,
            SendGate gate,
            Restore restore,
            TextOnceProperties settings,
            MeterRegistry meters,
            SendMeters texts) {
        return new Evidence(
                deliveries,
                candidates,
                messages::sentTo,
                clock::skew,
                gate,
                restore,
                settings,
                meters,
                texts::resolved);
    }

    @Bean
    Processor evidenceLook(Evidence evidence) {
        return evidence::look;
    }

    @Bean(destroyMethod = "shutdown", defaultCandidate = false)
    Workers heldWorkers(TextOnceProperties settings) {
        return new Workers("due-held-", settings.due().workers());
    }

    @Bean(destroyMethod = "shutdown", defaultCandidate = false)
    Workers unknownWorkers(TextOnceProperties settings) {
        return new Workers("due-unknown-", settings.due().workers());
    }

    @Bean(destroyMethod = "shutdown", defaultCandidate = false)
    Workers silentWorkers(TextOnceProperties settings) {
        return new Workers("due-silent-", settings.due().workers());
    }

    @Bean
    Processor takeHeld(DueDeliveries deliveries, @Qualifier("heldWorkers") Workers heldWorkers) {
        return exchange -> take(exchange, heldWorkers, deliveries::takeHeld);
    }

    @Bean
    Processor takeUnknown(DueDeliveries deliveries, @Qualifier("unknownWorkers") Workers unknownWorkers) {
        return exchange -> take(exchange, unknownWorkers, deliveries::takeUnknown);
    }

    @Bean
    Processor takeSilent(DueDeliveries deliveries, @Qualifier("silentWorkers") Workers silentWorkers) {
        return exchange -> take(exchange, silentWorkers, deliveries::takeSilent);
    }

    /** Lets a held text that was taken go on, unless it may not be sent, or not now: that is written down. */
    @Bean
    Processor heldGate(DueDeliveries deliveries, SendGate gate, Departure departure) {
        return exchange -> {
            var due = exchange.getMessage().getBody(Due.class);
            var verdict = gate.again(due);
            var sms = due.sms().plannedFor(verdict.until());
            if (!verdict.isSend()) {
                deliveries.end(due, verdict);
                exchange.setRouteStop(true);
            } else if (!departure.of(Delivery.taken(due), sms, due.hasTurn()).isSend()) {
                exchange.setRouteStop(true);
            }
            exchange.setVariable("sms", sms);
        };
    }

    /** Makes a held text that was taken ready for {@code sms-post}. */
    @Bean
    Processor heldReady() {
        return exchange -> {
            var due = exchange.getMessage().getBody(Due.class);
            exchange.setVariable("lease", due.lease());
            exchange.setVariable("delivery", Delivery.taken(due));
            exchange.setVariable("dueFor", due.late());
        };
    }

    /** Takes as many as there are idle workers. The scheduler comes back at once while something was taken. */
    private static void take(Exchange exchange, Workers workers, IntFunction<List<Due>> from) {
        int most = Math.min(workers.idle(), exchange.getVariable("most", Integer.MAX_VALUE, Integer.class));
        List<Due> taken = most > 0 ? from.apply(most) : List.of();
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, !taken.isEmpty());
        exchange.getMessage().setBody(taken);
    }
}
