package io.textonce.reconcile;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.Candidates;
import io.textonce.delivery.Delivery;
import io.textonce.delivery.DueDelivery;
import io.textonce.delivery.DueRepository;
import io.textonce.delivery.RestoreMode;
import io.textonce.delivery.SendAdmission;
import io.textonce.delivery.SendRules;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.SendMeters;
import io.textonce.twilio.StatusCallback;
import io.textonce.twilio.TwilioClock;
import io.textonce.twilio.TwilioMessages;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Steps of the background worker, as beans. */
@Configuration(proxyBeanMethods = false)
class ReconcileConfiguration {

    @Bean
    Reconciliation evidence(
            DueRepository deliveries,
            Candidates candidates,
            TwilioMessages messages,
            TwilioClock clock,
            SendRules gate,
            RestoreMode restore,
            TextOnceProperties settings,
            MeterRegistry meters,
            SendMeters texts) {
        return new Reconciliation(
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
    Processor evidenceLook(Reconciliation evidence) {
        return evidence::look;
    }

    @Bean(destroyMethod = "shutdown", defaultCandidate = false)
    WorkerPool heldWorkers(TextOnceProperties settings) {
        return new WorkerPool("due-held-", settings.due().workers());
    }

    @Bean(destroyMethod = "shutdown", defaultCandidate = false)
    WorkerPool unknownWorkers(TextOnceProperties settings) {
        return new WorkerPool("due-unknown-", settings.due().workers());
    }

    @Bean(destroyMethod = "shutdown", defaultCandidate = false)
    WorkerPool silentWorkers(TextOnceProperties settings) {
        return new WorkerPool("due-silent-", settings.due().workers());
    }

    @Bean
    Processor takeHeld(DueRepository deliveries, @Qualifier("heldWorkers") WorkerPool heldWorkers) {
        return exchange -> take(exchange, heldWorkers, deliveries::takeHeld);
    }

    @Bean
    Processor takeUnknown(DueRepository deliveries, @Qualifier("unknownWorkers") WorkerPool unknownWorkers) {
        return exchange -> take(exchange, unknownWorkers, deliveries::takeUnknown);
    }

    @Bean
    Processor takeSilent(DueRepository deliveries, @Qualifier("silentWorkers") WorkerPool silentWorkers) {
        return exchange -> take(exchange, silentWorkers, deliveries::takeSilent);
    }

    /** Applies the send rules to a leased held message: it continues, or it is held again or rejected on the record. */
    @Bean
    Processor heldGate(DueRepository deliveries, SendRules gate, SendAdmission departure) {
        return exchange -> {
            var due = exchange.getMessage().getBody(DueDelivery.class);
            var verdict = gate.again(due);
            var sms = due.sms().plannedFor(verdict.until());
            if (!verdict.isSend()) {
                deliveries.end(due, verdict);
                exchange.setRouteStop(true);
            } else if (!departure.of(Delivery.taken(due), sms, due.hasSlot()).isSend()) {
                exchange.setRouteStop(true);
            }
            exchange.setVariable("sms", sms);
        };
    }

    /** Prepares a leased held message for {@code sms-post}. */
    @Bean
    Processor heldReady() {
        return exchange -> {
            var due = exchange.getMessage().getBody(DueDelivery.class);
            exchange.setVariable("lease", due.lease());
            exchange.setVariable("delivery", Delivery.taken(due));
            exchange.setVariable("dueFor", due.late());
        };
    }

    /** Leases as many as there are free workers. The scheduler polls again at once while something was leased. */
    private static void take(Exchange exchange, WorkerPool workers, IntFunction<List<DueDelivery>> from) {
        int most = Math.min(workers.idle(), exchange.getVariable("most", Integer.MAX_VALUE, Integer.class));
        List<DueDelivery> taken = most > 0 ? from.apply(most) : List.of();
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, !taken.isEmpty());
        exchange.getMessage().setBody(taken);
    }

    @Bean
    StatusPolling silentTexts(
            TwilioMessages messages, DueRepository deliveries, StatusCallback callback, TextOnceProperties settings) {
        return new StatusPolling(messages, deliveries, callback, settings.due().statusAfter());
    }

    @Bean
    Processor twilioAsk(StatusPolling texts) {
        return texts::ask;
    }
}
