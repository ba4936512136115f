package io.textonce.console;

import static io.textonce.delivery.DeliveryStatus.HELD;
import static io.textonce.delivery.DeliveryStatus.REJECTED;
import static io.textonce.sandbox.Fault.refuses;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Issuer;
import io.textonce.sandbox.Order;
import io.textonce.sandbox.PageClient;
import io.textonce.sandbox.ProductionTest;
import io.textonce.sandbox.Sandbox;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.web.MockHttpServletRequest;

/** Who gets to see the support page, and what a browser is allowed to do with it. */
@ProductionTest
class SupportPageTest {

    private static final Pattern FORM = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    private final CookieManager cookies = new CookieManager(null, CookiePolicy.ACCEPT_ALL);
    private final HttpClient browser =
            HttpClient.newBuilder().cookieHandler(cookies).build();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/overview",
                "/deliveries",
                "/deliveries/x",
                "/deliveries/export",
                "/deliveries/export?status=held",
                "/preview",
                "/caps",
                "/doctor"
            })
    void sendsAStrangerToTheLogin(String path, Sandbox sandbox) throws Exception {
        var answer = get(sandbox, path);

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Location").orElseThrow())
                .endsWith(path.matches("/|/overview") ? "/login" : "/login?next=" + URLEncoder.encode(path, UTF_8));
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/deliveries?status=held&since=24h, /deliveries?status=held&since=24h",
        "//evil.example, /",
        "https://evil.example, /",
        "/\\evil.example, /",
        "'', /"
    })
    void leadsOnAfterTheLoginToThePageThatWasWantedAndToNoOtherSite(String next, String page, Sandbox sandbox)
            throws Exception {
        var login = get(sandbox, "/login?next=" + URLEncoder.encode(next, UTF_8));
        var answer = post(
                sandbox,
                "/login",
                "token=support-token&next=" + URLEncoder.encode(next, UTF_8) + "&_csrf=" + form(login));

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Location").orElseThrow()).endsWith(page);
        assertThat(answer.headers().firstValue("Location").orElseThrow()).doesNotContain("evil");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nowhere", "/camel", "/deliveries/a/b/c", "/search?after=x"})
    void showsABrowserAPageForWhatThereIsNotAndAProgramAProblem(String path, Sandbox sandbox) throws Exception {
        logIn(sandbox);

        var page = browser.send(
                HttpRequest.newBuilder(uri(sandbox, path))
                        .header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
                        .build(),
                BodyHandlers.ofString());
        var problem = get(sandbox, path);

        assertThat(page.statusCode()).isBetween(400, 404);
        assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("style-src 'self'");
        assertThat(page.body()).contains("<h1>", "Go to the overview");
        assertThat(problem.body()).startsWith("{").contains("\"error\"");
    }

    @Test
    void tellsAPartOfThePageToGoToTheLogin(Sandbox sandbox) throws Exception {
        var answer = browser.send(
                HttpRequest.newBuilder(sandbox.uri("/overview"))
                        .header("HX-Request", "true")
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.headers().firstValue("HX-Redirect")).hasValue("/login");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void runsNothingButItsOwnFiles(Sandbox sandbox) throws Exception {
        var answer = get(sandbox, "/login");

        assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(answer.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
        assertThat(answer.headers().firstValue("Cache-Control").orElseThrow()).contains("no-store");
    }

    @Test
    void refusesAFormThatIsNotItsOwn(Sandbox sandbox) throws Exception {
        logIn(sandbox);

        var forged = post(sandbox, "/search", "q=anything");
        var genuine = post(sandbox, "/search", "q=nothing-like-it&_csrf=" + form(get(sandbox, "/")));

        assertThat(forged.statusCode()).isEqualTo(403);
        assertThat(forged.body()).contains("Nothing was done");
        assertThat(genuine.headers().firstValue("Location").orElseThrow()).endsWith("/search?q=nothing-like-it");
        assertThat(get(sandbox, "/search?q=nothing-like-it").body()).contains("Nothing found");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "support-token", "%00", "...."})
    void takesNoCookieButItsOwn(String value, Sandbox sandbox) throws Exception {
        var answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(sandbox.uri("/"))
                                .header("Cookie", OperatorCookie.NAME + "=" + value)
                                .build(),
                        BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(302);
    }

    @Test
    void showsNoNumberThatIsPartOfAnId(Sandbox sandbox) throws Exception {
        var order = sandbox.order();
        sandbox.postAs("shop-token", "order-shipped", order.json());
        String page = "/deliveries/" + order.delivery().get("id");
        String digits = order.number().substring(1);
        order.update("event_id = ?", "shop-" + digits);
        sandbox.database()
                .update(
                        "INSERT INTO textonce.file_runs (id, path, event, state, size, position, lines, rejected)"
                                + " VALUES (gen_random_uuid(), ?, 'order-shipped', 'done', 1, 1, 1, 0)",
                        "/inbox/order-shipped/" + order.number() + ".csv");
        logIn(sandbox);

        for (String path : List.of(page, "/deliveries?event=order-shipped", "/files")) {
            assertThat(get(sandbox, path).body())
                    .contains("*" + digits.substring(digits.length() - 4))
                    .doesNotContain(digits);
        }
    }

    @Test
    void writesTheFilteredTextsAsCsv(Sandbox sandbox) throws Exception {
        logIn(sandbox);

        var answer = get(sandbox, "/deliveries/export?status=held&event=none");

        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/csv");
        assertThat(answer.body()).startsWith("id,event,event_id").hasLineCount(1);
    }

    @Test
    void saysWhatIsWrongWithAFilterAndNeverEchoesMarkup(Sandbox sandbox) throws Exception {
        logIn(sandbox);

        var wrong = get(sandbox, "/deliveries?code=abc&event=%3Cscript%3E");
        var search = get(sandbox, "/search?q=%3Cscript%3Ealert(1)");
        var export = get(sandbox, "/deliveries/export?code=abc");

        assertThat(export.statusCode()).isEqualTo(400);
        assertThat(export.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(export.body()).contains("code: must be a number");
        assertThat(wrong.body()).contains("code: must be a number").doesNotContain("<script>");
        assertThat(search.body()).doesNotContain("<script>alert");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/deliveries?event=a%00",
                "/deliveries?reason=%00",
                "/rejected?client=a%00",
                "/audit?actor=a%00",
                "/audit/export?since=abc"
            })
    void blamesNoFilterOnTheDatabase(String path, Sandbox sandbox) throws Exception {
        logIn(sandbox);

        var answer = get(sandbox, path);

        assertThat(answer.statusCode()).isBetween(400, 422);
        assertThat(answer.body()).doesNotContain("Something went wrong", "unavailable");
    }

    @Test
    void tellsWhyADecisionCannotBe(Sandbox sandbox) throws Exception {
        logIn(sandbox);
        String unknown = "01a20677-2fe4-75aa-8216-9c8e3cb59436";

        var answer = post(sandbox, "/deliveries/" + unknown + "/cancel", "reason=why&_csrf=" + form(get(sandbox, "/")));

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("Message not found");
    }

    @Test
    void confirmsNoActionToTheSecondOfTwoOperators(Sandbox sandbox) throws Exception {
        logIn(sandbox);
        String path =
                "/deliveries/" + order(sandbox, refuses(21611), HELD).delivery().get("id") + "/cancel";
        String form = "reason=why&_csrf=" + form(get(sandbox, "/"));

        var first = post(sandbox, path, form);
        var second = post(sandbox, path, form);

        assertThat(get(sandbox, location(first)).body()).contains("Message canceled. It won’t be sent.");
        assertThat(second.statusCode()).isEqualTo(409);
        assertThat(second.body())
                .contains("Can&#39;t cancel: already sent or closed.")
                .doesNotContain("It won’t be sent.");
    }

    @Test
    void resendsNothingFromAPageThatIsOlderThanTheLastAttempt(Sandbox sandbox) throws Exception {
        logIn(sandbox);
        var order = order(sandbox, refuses(21408), REJECTED);
        String path = "/deliveries/" + order.delivery().get("id");
        var page = get(sandbox, path);
        String form = "reason=why&attempt=" + PageClient.field(page, "attempt") + "&_csrf=" + form(page);
        post(sandbox, path + "/resend", form);
        await().untilAsserted(() ->
                assertThat(order.delivery()).containsEntry("attempt", 2).containsEntry("status", "rejected"));

        var stale = post(sandbox, path + "/resend", form);

        assertThat(stale.statusCode()).isEqualTo(409);
        assertThat(stale.body()).contains("there was another attempt since you opened the page");
        assertThat(order.delivery()).containsEntry("attempt", 2).containsEntry("status", "rejected");
    }

    @Test
    void readsThatNothingWasDoneWhenTheLoginOrTheFormHadExpired(Sandbox sandbox) throws Exception {
        logIn(sandbox);
        var order = order(sandbox, refuses(21611), HELD);
        String path = "/deliveries/" + order.delivery().get("id") + "/cancel";

        var formless = post(sandbox, path, "reason=why");
        String form = "reason=why&_csrf=" + form(get(sandbox, "/"));
        for (var cookie : List.copyOf(cookies.getCookieStore().getCookies())) {
            if (cookie.getName().equals(OperatorCookie.NAME)) {
                cookies.getCookieStore().remove(null, cookie);
            }
        }
        var loggedOut = post(sandbox, path, form);

        for (var answer : List.of(formless, loggedOut)) {
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body())
                    .contains("<h1>Nothing was done</h1>", "repeat the last step")
                    .doesNotContain("textarea");
        }
        assertThat(order.delivery()).containsEntry("status", "held");
    }

    @Test
    void raisesACapOnceForAPageThatIsSentTwice(Sandbox sandbox) throws Exception {
        logIn(sandbox);
        var page = get(sandbox, "/caps");
        String form = "by=10&reason=why&seen=" + PageClient.field(page, "seen") + "&_csrf=" + form(page);

        var first = post(sandbox, "/caps/delays/raise", form);
        var second = post(sandbox, "/caps/delays/raise", form);

        assertThat(first.statusCode()).isEqualTo(302);
        assertThat(second.statusCode()).isEqualTo(409);
        assertThat(second.body()).contains("the cap has changed since you opened the page", "of 1010 segments");
    }

    private static Order order(Sandbox sandbox, Fault fault, DeliveryStatus status) {
        var order = sandbox.order().meeting(2, fault);
        sandbox.postAs("shop-token", "order-shipped", order.json());
        return order.await(status);
    }

    private static String location(HttpResponse<String> answer) {
        return URI.create(answer.headers().firstValue("Location").orElseThrow()).getRawPath() + "?"
                + URI.create(answer.headers().firstValue("Location").orElseThrow())
                        .getRawQuery();
    }

    @Test
    void answersAWrongTokenLateAndCountsIt(Sandbox sandbox) throws Exception {
        var refused = sandbox.context()
                .getBean(MeterRegistry.class)
                .counter("textonce.authentications.failed", "reason", "wrong_token");
        double before = refused.count();
        String form = form(get(sandbox, "/login"));
        long start = System.nanoTime();

        var answer = post(sandbox, "/login", "token=guessed-token&_csrf=" + form);

        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isGreaterThanOrEqualTo(ProductionTest.WRONG_TOKEN_DELAY);
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).contains("Invalid or expired token").doesNotContain("guessed-token");
        assertThat(refused.count()).isEqualTo(before + 1);
    }

    @Test
    void letsInWhomeverTheIssuerCallsAnOperatorAsTheApiDoes(Sandbox sandbox) throws Exception {
        var issuer = ProductionTest.ISSUER;
        String sender = issuer.sign(issuer.claims("shop", "textonce:send").build());
        String operator = issuer.sign(issuer.claims("jo", "textonce:operate").build());
        String large = issuer.sign(issuer.claims("jo", "textonce:operate")
                .claim("groups", "g".repeat(3000))
                .build());
        String form = "&_csrf=" + form(get(sandbox, "/login"));

        var refused = post(sandbox, "/login", "token=" + sender + form);
        var forged = post(sandbox, "/login", "token=" + operator.substring(0, operator.length() - 4) + "AAAA" + form);
        var tooLarge = post(sandbox, "/login", "token=" + large + form);
        issuer.away(true);
        String unknown = issuer.sign(issuer.claims("jo", "").build(), Issuer.otherKey("new"));
        // Keys that were fetched a moment ago are not fetched again.
        await().untilAsserted(() -> assertThat(
                        post(sandbox, "/login", "token=" + unknown + form).body())
                .contains("can&#39;t be verified right now"));
        issuer.away(false);

        assertThat(refused.body()).contains("has no operator role");
        assertThat(forged.body()).contains("Invalid or expired token");
        assertThat(tooLarge.body()).contains("too long for a browser");
        assertThat(get(sandbox, "/").statusCode()).isEqualTo(302);

        post(sandbox, "/login", "token=" + operator + form);

        assertThat(get(sandbox, "/").body()).contains("Overview", ">jo</span>");
    }

    @Test
    void letsNobodyStayLongerThanTheIssuerSaid(Sandbox sandbox) throws Exception {
        var issuer = ProductionTest.ISSUER;
        var cookie = sandbox.context().getBean(OperatorCookie.class);
        String over = issuer.sign(issuer.claims("jo", "textonce:operate")
                .expirationTime(Date.from(Instant.now().minus(Duration.ofMinutes(5))))
                .build());

        var answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(sandbox.uri("/"))
                                .header(
                                        "Cookie",
                                        OperatorCookie.NAME + "="
                                                + cookie.of(over, new MockHttpServletRequest())
                                                        .getValue())
                                .build(),
                        BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(302);
    }

    @Test
    void previewsAnEventAndShowsItsTextToWhomMaySendIt(Sandbox sandbox) throws Exception {
        var issuer = ProductionTest.ISSUER;
        var order = sandbox.order();

        var shown = preview(sandbox, "support-token", order.json());
        var hidden = preview(
                sandbox, issuer.sign(issuer.claims("jo", "textonce:operate").build()), order.json());
        var stranger = preview(sandbox, "shop-token", order.json());
        var invalid = preview(sandbox, "support-token", "{}");

        assertThat(shown.body()).contains(">send</span>", "GSM-7", "Your order 1001 has shipped.");
        assertThat(hidden.body())
                .contains(">send</span>", "GSM-7", "You are not permitted to send this event")
                .doesNotContain("has shipped");
        assertThat(stranger.statusCode()).isEqualTo(403);
        assertThat(invalid.statusCode()).isEqualTo(400);
        assertThat(invalid.body()).contains("orderId");
        assertThat(sandbox.twilio().sentTo(order.number())).isEmpty();
    }

    @Test
    void runsTheChecksOfTheInstallation(Sandbox sandbox) throws Exception {
        logIn(sandbox);
        var form = get(sandbox, "/doctor");

        var found = post(sandbox, "/doctor", "_csrf=" + form(form));

        assertThat(form.body()).contains("Run the checks").doesNotContain("credentials</td>");
        assertThat(found.body())
                .contains("credentials</td>", "The account is active", "STOP and START to ", " come to TextOnce");
    }

    private static HttpResponse<String> preview(Sandbox sandbox, String token, String json) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(sandbox.uri("/preview"))
                                .header("Authorization", "Bearer " + token)
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(BodyPublishers.ofString(
                                        "event=order-shipped&json=" + URLEncoder.encode(json, UTF_8)))
                                .build(),
                        BodyHandlers.ofString());
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void writesALineAMinuteAboutWrongTokens(Sandbox sandbox, CapturedOutput output) throws Exception {
        String form = form(get(sandbox, "/login"));

        for (int i = 0; i < 3; i++) {
            post(sandbox, "/login", "token=guessed-" + i + "&_csrf=" + form);
        }

        assertThat(output.getAll().lines().filter(line -> line.contains("Login with an invalid")))
                .hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void takesALargeFormOfAnOperatorAlone(Sandbox sandbox) throws Exception {
        String large = "reason=" + "r".repeat(100_000) + "&_csrf=" + form(get(sandbox, "/login"));

        var stranger = post(sandbox, "/dead-letters/x", large);
        logIn(sandbox);
        var operator = post(sandbox, "/dead-letters/x", large);

        assertThat(location(stranger)).startsWith("/login?ended=true");
        assertThat(operator.statusCode()).isNotIn(302, 403, 413);
    }

    private void logIn(Sandbox sandbox) throws Exception {
        post(sandbox, "/login", "token=support-token&_csrf=" + form(get(sandbox, "/login")));
        assertThat(get(sandbox, "/").statusCode()).isEqualTo(200);
    }

    private static String form(HttpResponse<String> page) {
        var token = FORM.matcher(page.body());
        assertThat(token.find()).as("a form token in %s", page.body()).isTrue();
        return token.group(1);
    }

    private HttpResponse<String> get(Sandbox sandbox, String path) throws Exception {
        return browser.send(HttpRequest.newBuilder(uri(sandbox, path)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(Sandbox sandbox, String path, String form) throws Exception {
        return browser.send(
                HttpRequest.newBuilder(uri(sandbox, path))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(form))
                        .build(),
                BodyHandlers.ofString());
    }

    private static URI uri(Sandbox sandbox, String path) {
        return sandbox.uri(path);
    }
}
