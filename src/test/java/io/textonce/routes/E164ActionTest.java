package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.textonce.event.EventRejected;
import io.textonce.sandbox.SandboxTest;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@SandboxTest
class E164ActionTest {

    @Autowired
    private CamelContext camel;

    @Autowired
    private ProducerTemplate template;

    @BeforeEach
    void openTheRoute() throws Exception {
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:own-number").routeId("own-number").to("kamelet:e164-action?region=US&field=mobile");
            }
        });
    }

    @AfterEach
    void closeTheRoute() throws Exception {
        camel.getRouteController().stopRoute("own-number");
        camel.removeRoute("own-number");
    }

    @Test
    void rewritesTheNumberAndNothingElse() {
        var event = Map.of("mobile", "(415) 555-2671", "phone", "as it was", "orderId", 7);

        Object rewritten = template.requestBody("direct:own-number", event);

        assertThat(rewritten).isEqualTo(Map.of("mobile", "+14155552671", "phone", "as it was", "orderId", 7));
    }

    @Test
    void refusesWhatIsNoNumberWithoutRepeatingIt() {
        var event = Map.of("mobile", "(415) 555-26");

        assertThatThrownBy(() -> template.requestBody("direct:own-number", event))
                .isInstanceOf(CamelExecutionException.class)
                .rootCause()
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection -> assertThat(rejection.reason())
                                .isEqualTo(
                                        "mobile: must be a phone number, with its country code unless it is from US"));
    }

    @Test
    void refusesAnEventWithoutTheField() {
        assertThatThrownBy(() -> template.requestBody("direct:own-number", Map.of("phone", "+14155552671")))
                .rootCause()
                .isInstanceOf(EventRejected.class);
    }

    @Test
    void refusesARegionThatDoesNotExistWhenTheRouteIsLoaded() {
        var wrong = new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:own-wrong").routeId("own-wrong").to("kamelet:e164-action?region=USA");
            }
        };

        assertThatThrownBy(() -> camel.addRoutes(wrong)).rootCause().hasMessageContaining("ISO 3166-1");
    }
}
