package io.textonce.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** API that Twilio does not have: the page at {@code /} for people, and {@code /_simulator} for other processes. */
final class ControlApi {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();
    private static final int ROWS = 200;
    private static final String PAGE = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark"><title>Twilio simulator</title>
            <style>
            body { font: 15px system-ui, sans-serif; margin: 2rem }
            table { border-collapse: collapse } td, th { text-align: left; padding: .4rem 1rem .4rem 0; vertical-align: top }
            tr { border-bottom: 1px solid #888 } td { white-space: pre-wrap } .scroll { overflow-x: auto }
            button { font: inherit }
            @media (max-width: 40rem) { body { margin: 1rem } th { display: none }
              tr { display: block; padding: .6rem 0 } td { display: block; padding: 0; overflow-wrap: anywhere } }
            </style>
            <script>
            setInterval(async () => {
              const page = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
              document.getElementById("live").innerHTML = page.getElementById("live").innerHTML;
            }, 2000);
            </script></head><body><main>
            <h1>Messages</h1>
            <p>Messages that the Twilio simulator was requested to send, newest first. No phone receives them.</p>
            %s<div id="live"><div class="scroll" tabindex="0" role="region" aria-label="Messages">
            <table><tr><th scope="col">Time (UTC)</th><th scope="col">To</th><th scope="col">Text</th><th scope="col">Status</th></tr>
            %s</table></div>
            %s</div></main></body></html>
            """;

    private final TwilioSimulator simulator;
    private volatile @Nullable Runnable exampleDay;

    ControlApi(TwilioSimulator simulator) {
        this.simulator = simulator;
    }

    /** Sets what fills the sandbox with an example day on request. */
    void onExampleDay(Runnable fill) {
        exampleDay = fill;
    }

    /** Each component is left as it is when absent. */
    private record Settings(
            @Nullable Long listLagMillis,
            @Nullable Integer listStatus,
            @Nullable Long callbackDelayMillis,
            @Nullable String callbackTarget,
            @Nullable String inboundUrl,
            @Nullable Boolean secondaryTokenSigns) {}

    private record Inbound(
            String from, String to, String body, @Nullable String optOutType) {}

    private record Elsewhere(String from, String to, String body) {}

    void handle(Call call) throws IOException {
        try {
            switch (call.method() + " " + call.path()) {
                case "GET /" -> call.send(200, "text/html; charset=utf-8", page());
                case "GET /_simulator/ledger" -> ledger(call);
                case "DELETE /_simulator/ledger" -> done(call, simulator::reset);
                case "POST /_simulator/faults" -> {
                    var rule = JSON.readValue(call.body, FaultPlan.Rule.class);
                    done(call, () -> simulator.plan(rule));
                }
                case "DELETE /_simulator/faults" -> done(call, simulator::behave);
                case "POST /_simulator/settings" -> {
                    var settings = JSON.readValue(call.body, Settings.class);
                    done(call, () -> apply(settings));
                }
                case "POST /_simulator/day" -> {
                    var day = exampleDay;
                    if (day == null) {
                        call.error(TwilioError.notFound(call.path()));
                        return;
                    }
                    day.run();
                    call.send(200, "text/html; charset=utf-8", page());
                }
                case "POST /_simulator/inbound" -> {
                    var inbound = JSON.readValue(call.body, Inbound.class);
                    call.json(
                            200,
                            JSON.valueToTree(simulator.receives(
                                    inbound.from(), inbound.to(), inbound.body(), inbound.optOutType())));
                }
                case "POST /_simulator/messages" -> {
                    var elsewhere = JSON.readValue(call.body, Elsewhere.class);
                    call.json(
                            200,
                            JSON.valueToTree(
                                    simulator.sendsElsewhere(elsewhere.from(), elsewhere.to(), elsewhere.body())));
                }
                default -> call.error(TwilioError.notFound(call.path()));
            }
        } catch (JsonProcessingException unreadable) {
            call.send(400, "text/plain", unreadable.getMessage());
        }
    }

    private static void done(Call call, Runnable action) throws IOException {
        action.run();
        call.send(204, "text/plain", "");
    }

    private void apply(Settings settings) {
        if (settings.listLagMillis() != null) {
            simulator.listLag(Duration.ofMillis(settings.listLagMillis()));
        }
        if (settings.listStatus() != null) {
            simulator.listAnswers(settings.listStatus());
        }
        if (settings.callbackDelayMillis() != null) {
            simulator.callbackDelay(Duration.ofMillis(settings.callbackDelayMillis()));
        }
        if (settings.callbackTarget() != null) {
            simulator.callbackTarget(settings.callbackTarget());
        }
        if (settings.inboundUrl() != null) {
            simulator.inboundUrl(settings.inboundUrl());
        }
        if (settings.secondaryTokenSigns() != null) {
            simulator.secondaryTokenSigns(settings.secondaryTokenSigns());
        }
    }

    private void ledger(Call call) throws IOException {
        var json = JsonNodeFactory.instance.objectNode();
        json.set("posts", JSON.valueToTree(simulator.posts()));
        json.set("messages", JSON.valueToTree(simulator.messages()));
        json.set("webhooks", JSON.valueToTree(simulator.webhooks()));
        json.set("codes", JSON.valueToTree(simulator.codes()));
        call.json(200, json);
    }

    private String page() {
        var rows = new StringBuilder();
        List<TwilioPost> posts = simulator.posts();
        for (int i = posts.size() - 1; i >= Math.max(0, posts.size() - ROWS); i--) {
            var post = posts.get(i);
            var message = simulator.messageOf(post);
            rows.append("<tr><td>").append(post.at().truncatedTo(ChronoUnit.SECONDS));
            cell(rows, post.parameter("To"));
            cell(rows, message == null ? post.parameter("Body") : message.body());
            cell(rows, message == null ? "not sent: " + post.outcome() : message.status());
            rows.append("</td></tr>\n");
        }
        var codes = new StringBuilder();
        simulator.codes().forEach((number, code) -> {
            codes.append("<tr><td>").append(escape(number));
            cell(codes, code);
            codes.append("</td></tr>\n");
        });
        String day = exampleDay == null
                ? ""
                : "<form method=\"post\" action=\"/_simulator/day\"><button>Fill the sandbox with an example day</button></form>\n";
        return PAGE.formatted(day, rows, codes.isEmpty() ? "" : "<h2>Codes</h2>\n<table>" + codes + "</table>\n");
    }

    private static void cell(StringBuilder row, @Nullable String text) {
        row.append("</td><td>").append(escape(text == null ? "" : text));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
