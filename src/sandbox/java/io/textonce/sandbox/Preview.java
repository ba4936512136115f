package io.textonce.sandbox;

import io.textonce.http.Problem;
import io.textonce.message.SendPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.direct.DirectEndpoint;
import org.apache.camel.component.kamelet.KameletEndpoint;

/** Preview of a message: the route of an event runs up to the step that would send it. */
final class Preview {

    private static final String SEND = "sms-send";

    private Preview() {}

    static int run(String event, Path file, Path folder) throws IOException {
        byte[] body = Files.readAllBytes(file);
        try (var context = OfflineApplication.start(folder)) {
            var camel = context.getBean(CamelContext.class);
            if (camel.getRoute("event-" + event) == null) {
                UserFileFindings.of(context, folder).forEach(System.out::println);
                System.out.println("There is no event " + event + " in " + folder + ", and none is shipped");
                return Commands.FINDINGS;
            }
            replaceSend(camel);
            return run(camel, event, body);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Removes the step that sends, and starts the routes that only other routes call. */
    private static void replaceSend(CamelContext camel) throws Exception {
        camel.removeRoute(SEND);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:" + SEND).routeId("preview").process(Preview::print);
            }
        });
        for (var route : camel.getRoutes()) {
            if (route.getEndpoint() instanceof DirectEndpoint || route.getEndpoint() instanceof KameletEndpoint) {
                camel.getRouteController().startRoute(route.getRouteId());
            }
        }
    }

    private static int run(CamelContext camel, String event, byte[] body) throws IOException {
        try (var template = camel.createProducerTemplate()) {
            var done = template.request("direct:event-" + event, exchange -> {
                exchange.setVariable("event", event);
                exchange.getMessage().setBody(body);
            });
            if (done.getException() == null) {
                return Commands.OK;
            }
            if (Problem.rejection(done.getException()) == null) {
                throw new IllegalStateException(done.getException());
            }
            var problem = Problem.of(done.getException());
            System.out.println("rejected   " + problem.status() + " " + problem.detail());
            problem.details()
                    .forEach((field, reasons) ->
                            System.out.println("           " + field + " " + String.join("; ", reasons)));
            return Commands.FINDINGS;
        }
    }

    private static void print(Exchange exchange) {
        Map<?, ?> event = exchange.getMessage().getBody(Map.class);
        var policy = exchange.getVariable(SendPolicy.VARIABLE, SendPolicy.class);
        String text = exchange.getVariable("text", "", String.class);
        System.out.println("to         " + event.get("phone"));
        System.out.println("purpose    " + policy.purpose());
        System.out.println("characters " + text.codePointCount(0, text.length()));
        System.out.println("segments   " + Segments.count(text));
        System.out.println("text       " + text);
    }
}
