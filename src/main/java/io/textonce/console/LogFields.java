package io.textonce.console;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.core.spi.FilterReply;
import io.textonce.delivery.Delivery;
import io.textonce.delivery.DueDelivery;
import io.textonce.delivery.StatusRepository;
import io.textonce.message.Sms;
import io.textonce.privacy.PayloadLoggers;
import java.util.List;
import java.util.UUID;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.slf4j.Marker;
import org.springframework.stereotype.Component;

/**
 * Fields {@code eventId}, {@code deliveryId} and {@code sid}, where known, of the log lines of a step, on whichever
 * thread it runs. A step only notes its exchange; the fields are set when a line is about to be written, since nearly all
 * steps write none.
 */
@Component
final class LogFields implements InterceptStrategy {

    private static final List<String> FIELDS = List.of("eventId", "deliveryId", "sid");
    private static final ThreadLocal<Step> STEP = ThreadLocal.withInitial(Step::new);

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, @Nullable Processor nextTarget) {
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                var step = STEP.get();
                var outer = step.exchange;
                step.exchange = exchange;
                try {
                    return super.process(exchange, callback);
                } finally {
                    step.exchange = outer;
                    if (step.written) {
                        FIELDS.forEach(MDC::remove);
                        step.written = false;
                    }
                }
            }
        };
    }

    private static void set(Exchange exchange) {
        if (exchange.getMessage().getBody() instanceof DueDelivery due) {
            put(due.eventId(), due.id(), due.sid());
        }
        if (exchange.getVariable("sms") instanceof Sms sms) {
            put(sms.eventId(), null, null);
        }
        if (exchange.getVariable("delivery") instanceof Delivery delivery) {
            put(null, delivery.id(), delivery.sid());
        }
        if (exchange.getVariable("report") instanceof StatusRepository.Report report) {
            put(null, report.delivery(), report.sid());
        }
    }

    private static void put(@Nullable String eventId, @Nullable UUID delivery, @Nullable String sid) {
        if (eventId != null) {
            MDC.put("eventId", eventId);
        }
        if (delivery != null) {
            MDC.put("deliveryId", delivery.toString());
        }
        if (sid != null) {
            MDC.put("sid", sid);
        }
    }

    /** Step that runs on a thread, if any. */
    private static final class Step {

        private @Nullable Exchange exchange;
        private boolean written;
    }

    /**
     * Filter that also sets the fields of a line that is about to be written. It is one with {@link PayloadLoggers}: beside a
     * second filter, Logback copies its list of filters at each call of a logger, even a disabled one.
     */
    public static final class Filter extends PayloadLoggers {

        @Override
        public FilterReply decide(
                @Nullable Marker marker,
                Logger logger,
                Level level,
                @Nullable String format,
                Object @Nullable [] params,
                @Nullable Throwable thrown) {
            var reply = super.decide(marker, logger, level, format, params, thrown);
            if (reply != FilterReply.DENY && level.levelInt >= logger.getEffectiveLevel().levelInt) {
                var step = STEP.get();
                if (step.exchange != null) {
                    step.written = true;
                    try {
                        set(step.exchange);
                    } catch (RuntimeException e) {
                        // Another thread may have ended the exchange. The line is worth more than its fields.
                        addWarn("The fields of a line could not be read", e);
                    }
                }
            }
            return reply;
        }
    }
}
