package io.textonce.console;

import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.intake.Intakes;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.LogRecorder;
import io.textonce.sandbox.ProductionTest;
import io.textonce.sandbox.Sandbox;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets to see Camel's view on the management port, what it never shows, and who may stop an intake. */
@ProductionTest
class RoutesPageTest {

    private static final Pattern FORM = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    private final HttpClient browser = HttpClient.newBuilder()
            .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
            .build();

    @ParameterizedTest
    @ValueSource(strings = {"/", "/camel", "/camel/live", "/camel/routes/sms-send", "/camel/routes/none", "/camel/x"})
    void sendsAStrangerToTheLogin(String path, Sandbox sandbox) throws Exception {
        var answer = get(sandbox, path);

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Location").orElseThrow()).contains("/login");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void answersAProgramByItsToken(Sandbox sandbox) {
        double before = refused(sandbox, "wrong_token");
        long start = System.nanoTime();

        var wrong = with(sandbox, "GET", "/camel", "Bearer guess");

        assertThatProblem(wrong).is(401, "unauthorized");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isGreaterThanOrEqualTo(ProductionTest.WRONG_TOKEN_DELAY);
        assertThat(refused(sandbox, "wrong_token")).isEqualTo(before + 1);
        assertThatProblem(with(sandbox, "GET", "/camel", "Bearer shop-token")).is(403, "forbidden");
        assertThatProblem(with(sandbox, "POST", "/camel/intakes/http/stop?reason=x", "Bearer shop-token"))
                .is(403, "forbidden");
        assertThatProblem(with(sandbox, "GET", "/actuator/prometheus", "Bearer guess"))
                .is(401, "unauthorized");
        assertThat(with(sandbox, "GET", "/camel", "Bearer support-token").body())
                .contains("intake-http", "sms-send");
        assertThat(intakes(sandbox).all()).noneMatch(Intakes.Intake::stopped);
    }

    @Test
    void isNotOnThePortOfTheApi(Sandbox sandbox) {
        var answer = sandbox.send(
                HttpRequest.newBuilder(sandbox.uri("/camel")).header("Authorization", "Bearer support-token"));

        assertThat(answer.statusCode()).isEqualTo(404);
    }

    @Test
    void stopsAnIntakeForAnOperatorWhoSaysWhyAndForNoForgedForm(Sandbox sandbox) throws Exception {
        logIn(sandbox, "support-token");
        String form = "&_csrf=" + form(get(sandbox, "/camel"));

        post(sandbox, "/camel/intakes/http/stop", "reason=forged");
        assertThat(intakes(sandbox).all()).noneMatch(Intakes.Intake::stopped);
        var silent = post(sandbox, "/camel/intakes/http/stop", "reason=+" + form);
        assertThat(silent.statusCode()).isEqualTo(400);
        assertThat(intakes(sandbox).all()).noneMatch(Intakes.Intake::stopped);

        try (var log = new LogRecorder()) {
            var stopped = post(sandbox, "/camel/intakes/http/stop", "reason=%2B15550101999+complains" + form);

            assertThat(stopped.statusCode()).isEqualTo(303);
            assertThat(get(sandbox, "/camel").body()).contains("Stopped", "support", "complains");
            assertThat(sandbox.database()
                            .queryForList(
                                    "SELECT detail FROM textonce.audit_entries WHERE actor = 'support' AND verb = 'stopped'",
                                    String.class))
                    .anyMatch(detail -> detail.contains("complains") && !detail.contains("5550101999"));
            assertThat(log.lines())
                    .anySatisfy(line -> assertThat(line)
                            .contains("Operator support stopped the intake http", "complains")
                            .doesNotContain("5550101999"));
        } finally {
            post(sandbox, "/camel/intakes/http/start", form.substring(1));
        }
        assertThat(intakes(sandbox).all()).noneMatch(Intakes.Intake::stopped);
        assertThat(post(sandbox, "/camel/intakes/fax/start", form.substring(1)).statusCode())
                .isEqualTo(404);
    }

    @Test
    void showsWhatIsUnderWayAndNothingOfWhatItHolds(Sandbox sandbox) throws Exception {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        sandbox.twilio().forNumber(number, 1, Fault.answersLate(Duration.ofSeconds(10)));
        logIn(sandbox, "support-token");

        var sent = CompletableFuture.runAsync(
                () -> sandbox.postAs("shop-token", "order-shipped", sandbox.orderShipped(id, number)));
        await().until(() -> !sandbox.twilio().sentTo(number).isEmpty()
                || get(sandbox, "/camel/live").body().contains("<td>sms-post</td>"));
        String page = get(sandbox, "/camel/live").body();
        sandbox.twilio().letGo();
        sent.join();

        assertThat(page).contains("<td>intake-http</td>", "<td>sms-post</td><td>order-shipped</td>");
        assertThat(page).doesNotContain(number, number.substring(2), id, "Your order 1001", "example.com/track");
    }

    @Test
    void countsWhatARouteSendsAndNoRejectedEventAsItsFailure(Sandbox sandbox) throws Exception {
        logIn(sandbox, "support-token");
        var counts = sandbox.context().getBean(RouteCounts.class);
        var event = counts.of("event-order-shipped");
        long failed = event.failed().sum();
        long rejected = event.rejected().sum();
        long sent = counts.of("sms-send").total().sum();

        sandbox.postAs("shop-token", "order-shipped", "{}");
        sandbox.postAs("shop-token", "order-shipped", sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()));

        assertThat(event.rejected().sum()).isGreaterThan(rejected);
        assertThat(event.failed().sum()).isEqualTo(failed);
        assertThat(counts.of("sms-send").total().sum()).isGreaterThan(sent);
        assertThat(get(sandbox, "/camel/routes/event-order-shipped").body()).contains("<dt>Rejected</dt>");
    }

    @Test
    void showsARouteWhoseSourceFails(Sandbox sandbox) throws Exception {
        logIn(sandbox, "support-token");
        var camel = sandbox.context().getBean(CamelContext.class);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("sql:SELECT 1 FROM textonce.nowhere?dataSource=#dataSource&initialDelay=1&delay=100")
                        .routeId("own-failing-source")
                        .to("log:none");
            }
        });
        try {
            await().untilAsserted(() -> assertThat(
                            get(sandbox, "/camel/routes/own-failing-source").body())
                    .contains("<span class=\"sign bad\">Source fails</span>"));
            assertThat(get(sandbox, "/camel/live").body()).containsOnlyOnce("Source fails");
        } finally {
            camel.getRouteController().stopRoute("own-failing-source");
            camel.removeRoute("own-failing-source");
        }
    }

    @Test
    void drawsEachRouteWithoutAnyParameterOrSecretOfIt(Sandbox sandbox) throws Exception {
        logIn(sandbox, "support-token");
        var settings = sandbox.peers().environment();

        for (Route route : sandbox.context().getBean(CamelContext.class).getRoutes()) {
            if (route.isCreatedByKamelet()) {
                continue;
            }
            var page = get(sandbox, "/camel/routes/" + route.getRouteId());

            assertThat(page.statusCode()).as(route.getRouteId()).isEqualTo(200);
            assertThat(page.body())
                    .contains("<h1>" + route.getRouteId() + "</h1>", "class=\"diagram\"")
                    .doesNotContain(String.valueOf(settings.get("TWILIO_AUTH_TOKEN")))
                    .doesNotContain(String.valueOf(settings.get("TEXTONCE_HASH_KEY")))
                    .doesNotContain("httpMethodRestrict", "dataSource", "{{");
        }
        assertThat(get(sandbox, "/camel/routes/sms-post").body())
                .contains(
                        "Post it", "twilio", "On failure", "href=\"/camel/routes/sms-post-outcome\"", ">sms-send</a>");
        assertThat(get(sandbox, "/camel/routes/event-order-shipped").body())
                .contains("href=\"/camel/routes/intake-http\"", "kamelet:sms-send-sink");
        assertThat(get(sandbox, "/camel/routes/none").statusCode()).isEqualTo(404);
    }

    private HttpResponse<String> get(Sandbox sandbox, String path) throws Exception {
        return browser.send(HttpRequest.newBuilder(sandbox.management(path)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(Sandbox sandbox, String path, String form) throws Exception {
        return browser.send(
                HttpRequest.newBuilder(sandbox.management(path))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(form))
                        .build(),
                BodyHandlers.ofString());
    }

    private void logIn(Sandbox sandbox, String token) throws Exception {
        var answer = post(sandbox, "/login", "token=" + token + "&_csrf=" + form(get(sandbox, "/login")));
        assertThat(answer.statusCode()).isEqualTo(302);
    }

    private static String form(HttpResponse<String> page) {
        var form = FORM.matcher(page.body());
        assertThat(form.find()).isTrue();
        return form.group(1);
    }

    private static HttpResponse<String> with(Sandbox sandbox, String method, String path, String authorization) {
        return sandbox.send(HttpRequest.newBuilder(sandbox.management(path))
                .header("Authorization", authorization)
                .method(method, BodyPublishers.noBody()));
    }

    private static double refused(Sandbox sandbox, String reason) {
        return sandbox.context()
                .getBean(MeterRegistry.class)
                .counter("textonce.authentications.failed", "reason", reason)
                .count();
    }

    private static Intakes intakes(Sandbox sandbox) {
        return sandbox.context().getBean(Intakes.class);
    }
}
