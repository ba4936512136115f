package io.textonce.console;

import io.textonce.delivery.Delivery;
import io.textonce.delivery.StatusRepository;
import io.textonce.message.Sms;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/**
 * Interceptor that adds the fields {@code eventId}, {@code deliveryId} and {@code sid}, where known, to the log lines
 * of a step. They are set around each step, on whichever thread it runs, and removed after it.
 */
@Component
@ConditionalOnProperty("logging.structured.format.console")
final class LogFields implements InterceptStrategy {

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, @Nullable Processor nextTarget) {
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                var fields = fields(exchange);
                fields.forEach(MDC::put);
                try {
                    return super.process(exchange, callback);
                } finally {
                    fields.keySet().forEach(MDC::remove);
                }
            }
        };
    }

    private static Map<String, String> fields(Exchange exchange) {
        var fields = new HashMap<String, String>();
        if (exchange.getVariable("sms") instanceof Sms sms) {
            fields.put("eventId", sms.eventId());
        }
        if (exchange.getVariable("delivery") instanceof Delivery delivery) {
            fields.put("deliveryId", delivery.id().toString());
            if (delivery.sid() != null) {
                fields.put("sid", delivery.sid());
            }
        }
        if (exchange.getVariable("report") instanceof StatusRepository.Report report) {
            fields.put("sid", report.sid());
            if (report.delivery() != null) {
                fields.put("deliveryId", report.delivery().toString());
            }
        }
        return fields;
    }
}
