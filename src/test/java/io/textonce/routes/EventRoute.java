package io.textonce.routes;

import java.util.Map;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.dataformat.JsonLibrary;

/** Route of an event for tests: it takes any fields, and its text is an expression. */
final class EventRoute extends RouteBuilder {

    private final String event;
    private final String text;
    private final String policy;

    /**
     * @param text in Camel's simple language
     * @param policy parameters of {@code sms-send-sink} beside the event
     */
    EventRoute(String event, String text, String policy) {
        this.event = event;
        this.text = text;
        this.policy = policy;
    }

    @Override
    public void configure() {
        from("direct:event-" + event)
                .routeId("event-" + event)
                .errorHandler(noErrorHandler())
                .unmarshal()
                .json(JsonLibrary.Jackson, Map.class)
                .setVariable("text", simple(text))
                .to("kamelet:sms-send-sink?event=" + event + "&" + policy);
    }
}
