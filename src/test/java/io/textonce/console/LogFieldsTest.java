package io.textonce.console;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import io.textonce.delivery.Delivery;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.sandbox.LogRecorder;
import java.util.UUID;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

class LogFieldsTest {

    private static final Logger LOG = LoggerFactory.getLogger(LogFieldsTest.class);

    @Test
    void namesTheDeliveryInWhatAStepLogsOnWhicheverThread() throws Exception {
        var id = UUID.randomUUID();
        var filter = new LogFields.Filter();
        var logback = (LoggerContext) LoggerFactory.getILoggerFactory();
        logback.addTurboFilter(filter);
        try (var camel = new DefaultCamelContext();
                var log = new LogRecorder()) {
            camel.getCamelContextExtension().addInterceptStrategy(new LogFields());
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:start")
                            .process(exchange -> exchange.setVariable(
                                    "delivery", new Delivery(id, 1, DeliveryStatus.QUEUED, "SM1", null, false)))
                            .process(exchange -> LOG.warn("A step logs"))
                            .threads()
                            .process(exchange -> LOG.warn("A step logs"));
                }
            });
            camel.start();

            camel.createProducerTemplate().sendBody("direct:start", "");
            LOG.warn("After it");

            assertThat(log.fields("A step logs"))
                    .hasSize(2)
                    .allSatisfy(fields -> assertThat(fields)
                            .containsEntry("deliveryId", id.toString())
                            .containsEntry("sid", "SM1"));
            assertThat(log.fields("After it"))
                    .singleElement()
                    .satisfies(fields -> assertThat(fields).isEmpty());
        } finally {
            logback.getTurboFilterList().remove(filter);
        }
        assertThat(MDC.get("deliveryId")).isNull();
    }
}
