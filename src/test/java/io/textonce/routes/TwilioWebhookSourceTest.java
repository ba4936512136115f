package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.SignedForm;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** An own route that starts at the kamelet. */
@SandboxTest
class TwilioWebhookSourceTest {

    private static final String PATH = "/twilio/own-webhook";

    private static final List<Exchange> seen = new CopyOnWriteArrayList<>();
    private static @Nullable CamelContext open;

    @BeforeEach
    void openTheRoute(@Autowired CamelContext camel) throws Exception {
        seen.clear();
        if (open != null) {
            return;
        }
        open = camel;
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("kamelet:twilio-webhook-source?path=own-webhook")
                        .routeId("own-webhook")
                        .process(exchange -> seen.add(exchange.copy()))
                        .to("bean:httpResponses?method=acknowledge");
            }
        });
    }

    /** The kamelet has a route of its own, which opens the path. */
    @AfterAll
    static void closeTheRoutes() throws Exception {
        for (var route : List.copyOf(open.getRoutes())) {
            if (route.getRouteId().equals("own-webhook")
                    || route.getEndpoint() instanceof PlatformHttpEndpoint http
                            && http.getPath().equals(PATH)) {
                open.getRouteController().stopRoute(route.getRouteId());
                open.removeRoute(route.getRouteId());
            }
        }
        open = null;
    }

    @Test
    void handsOverTheFieldsOfASignedRequestAndNothingElseOfIt(Sandbox sandbox) {
        var answer = post(sandbox, PATH + "?note=1", "Body=Yes+%26+no&From=%2B15558675310", signature("note=1"));

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(seen).singleElement().satisfies(exchange -> {
            assertThat(exchange.getMessage().getBody()).isEqualTo(Map.of("Body", "Yes & no", "From", "+15558675310"));
            assertThat(exchange.getVariable("query")).isEqualTo("note=1");
            assertThat(exchange.getMessage().getHeaders()).isEmpty();
        });
    }

    @Test
    void keepsWhatIsNotSignedFromTheRoute(Sandbox sandbox) {
        var unsigned = post(sandbox, PATH, "Body=Yes&From=%2B15558675310", null);
        var forged = post(sandbox, PATH, "Body=No&From=%2B15558675310", signature("note=1"));

        assertThat(List.of(unsigned, forged)).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(sandbox.json(answer).path("error").asText()).isEqualTo("invalid signature");
        });
        assertThat(seen).isEmpty();
    }

    @Test
    void keepsWhatIsNoFormFromTheRoute(Sandbox sandbox) {
        var answer = post(sandbox, PATH, "Body=%zz", signature("note=1"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(seen).isEmpty();
    }

    private static String signature(String query) {
        return SignedForm.signature(
                Peers.AUTH_TOKEN,
                "https://sms.example.com" + PATH + "?" + query,
                List.of(Map.entry("Body", "Yes & no"), Map.entry("From", "+15558675310")));
    }

    private static HttpResponse<String> post(Sandbox sandbox, String target, String form, String signature) {
        var request = HttpRequest.newBuilder(sandbox.uri(target))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("CamelSqlQuery", "SELECT 1")
                .header("textonce", "anything");
        if (signature != null) {
            request.header("X-Twilio-Signature", signature);
        }
        return sandbox.send(request.POST(BodyPublishers.ofString(form)));
    }
}
