package io.textonce.sandbox;

import io.textonce.delivery.EventPreview;
import io.textonce.delivery.EventPreviews;
import io.textonce.http.Problem;
import io.textonce.privacy.CommandConsole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.component.direct.DirectEndpoint;
import org.apache.camel.component.kamelet.KameletEndpoint;

/** Preview of a message: its event takes the usual way, with all checks that need no database, and nothing is sent. */
final class Preview {

    private Preview() {}

    static int run(String event, Path file, Path folder) throws IOException {
        byte[] body = Files.readAllBytes(file);
        try (var context = OfflineApplication.start(folder)) {
            var camel = context.getBean(CamelContext.class);
            if (camel.getRoute("event-" + event) == null) {
                UserFileFindings.of(context, folder).forEach(System.out::println);
                System.err.println("There is no event " + event + " in " + folder + ", and none is shipped");
                return CommandConsole.FINDINGS;
            }
            start(camel);
            return run(camel, context.getBean(EventPreviews.class), event, body);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts the routes that only other routes call. */
    private static void start(CamelContext camel) throws Exception {
        for (var route : camel.getRoutes()) {
            if (route.getEndpoint() instanceof DirectEndpoint || route.getEndpoint() instanceof KameletEndpoint) {
                camel.getRouteController().startRoute(route.getRouteId());
            }
        }
    }

    private static int run(CamelContext camel, EventPreviews previews, String event, byte[] body) throws IOException {
        try (var template = camel.createProducerTemplate()) {
            var done = template.request("direct:event-" + event, exchange -> {
                previews.beginOffline(exchange);
                exchange.setVariable("event", event);
                exchange.getMessage().setBody(body);
            });
            if (done.getException() == null) {
                var preview = EventPreview.of(done);
                print(preview);
                return preview.hasEffect() ? CommandConsole.OK : CommandConsole.FINDINGS;
            }
            if (Problem.rejection(done.getException()) == null) {
                throw new IllegalStateException(done.getException());
            }
            var problem = Problem.of(done.getException());
            System.out.println("rejected   " + problem.status() + " " + problem.detail());
            problem.details()
                    .forEach((field, reasons) ->
                            System.out.println("           " + field + " " + String.join("; ", reasons)));
            return CommandConsole.FINDINGS;
        }
    }

    private static void print(EventPreview preview) {
        var report = new LinkedHashMap<>(preview.report(true));
        report.remove("preview");
        report.remove("effects");
        if (preview.sms() != null) {
            report.put("to", preview.sms().phone());
        }
        report.forEach(Preview::print);
    }

    /** A list has a line for each element, such as a check with its verdict. */
    private static void print(String name, Object value) {
        if (value instanceof Collection<?> list) {
            list.forEach(each -> print(name, each));
        } else {
            String words = value instanceof Map<?, ?> map
                    ? map.values().stream().map(String::valueOf).collect(Collectors.joining(" "))
                    : String.valueOf(value);
            System.out.printf("%-10s %s%n", name, words);
        }
    }
}
