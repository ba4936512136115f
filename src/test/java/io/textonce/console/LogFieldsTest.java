package io.textonce.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.delivery.Delivery;
import io.textonce.delivery.DeliveryStatus;
import java.util.ArrayList;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class LogFieldsTest {

    @Test
    void namesTheDeliveryInWhatAStepLogsOnWhicheverThread() throws Exception {
        var id = UUID.randomUUID();
        var seen = new ArrayList<Map<String, String>>();
        try (var camel = new DefaultCamelContext()) {
            camel.getCamelContextExtension().addInterceptStrategy(new LogFields());
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:start")
                            .process(exchange -> exchange.setVariable(
                                    "delivery", new Delivery(id, 1, DeliveryStatus.QUEUED, "SM1", null, false)))
                            .process(exchange -> seen.add(MDC.getCopyOfContextMap()))
                            .threads()
                            .process(exchange -> seen.add(MDC.getCopyOfContextMap()));
                }
            });
            camel.start();

            camel.createProducerTemplate().sendBody("direct:start", "");
        }

        assertThat(seen)
                .hasSize(2)
                .allSatisfy(fields -> assertThat(fields)
                        .containsEntry("deliveryId", id.toString())
                        .containsEntry("sid", "SM1"));
        assertThat(MDC.get("deliveryId")).isNull();
    }
}
