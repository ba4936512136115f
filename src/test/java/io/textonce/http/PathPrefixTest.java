package io.textonce.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.ProductionTest;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SignedForm;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages and API behind a proxy that terminates TLS, and removes a prefix of the path. */
@ProductionTest
class PathPrefixTest {

    private static final Pattern LINK = Pattern.compile("(?:href|src|action|formaction|hx-get)=\"([^\"]*)\"");
    private static final Pattern FORM = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    @Test
    void leadsFromEachPageToPagesBehindThePrefixOnly(Sandbox sandbox) {
        String cookies = logIn(sandbox, sandbox.uri("/"));
        var event = order(sandbox, "/sms");
        var found = new LinkedHashSet<String>();
        var open = new ArrayDeque<>(List.of(
                "/sms/", "/sms/deliveries?event=order-shipped", "/sms" + event.replaceFirst("/sms/api", ""), "/sms/x"));

        while (!open.isEmpty()) {
            String address = open.remove();
            var page = send(sandbox, address, HttpRequest.newBuilder().header("Cookie", cookies));
            assertThat(page.statusCode()).as(address).isEqualTo(address.equals("/sms/x") ? 404 : 200);
            links(page).forEach(link -> {
                assertThat(link).as(address).matches("/sms/.*|#.*|https://.*");
                // What is below a page's own is as that of its neighbours.
                if (link.matches("/sms/(ui/|webjars/)?[^/?]*") && !link.endsWith("logout") && found.add(link)) {
                    open.add(link);
                }
            });
        }

        assertThat(found).contains("/sms/deliveries", "/sms/audit", "/sms/overview", "/sms/ui/app.css");
    }

    @Test
    void redirectsWithinThePrefixAndKeepsItsCookiesThere(Sandbox sandbox) {
        var stranger = send(sandbox, "/sms/deliveries?status=held", HttpRequest.newBuilder());
        var part = send(sandbox, "/sms/overview", HttpRequest.newBuilder().header("HX-Request", "true"));
        var login = send(sandbox, location(stranger), HttpRequest.newBuilder());
        var in = send(sandbox, "/sms/login", loginForm(login));

        assertThat(location(stranger)).isEqualTo("/sms/login?next=%2Fdeliveries%3Fstatus%3Dheld");
        assertThat(part.headers().firstValue("HX-Redirect")).hasValue("/sms/login");
        assertThat(location(in)).isEqualTo("/sms/deliveries?status=held");
        assertThat(Stream.concat(cookies(login), cookies(in)))
                .hasSize(2)
                .allSatisfy(cookie -> assertThat(cookie).contains("; Path=/sms;", "; Secure", "; HttpOnly"));
        assertThat(in.headers().firstValue("Strict-Transport-Security")).isPresent();
    }

    /** Proxies also name a port, or instead of an address what RFC 7239 permits. */
    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1:5555", "[2001:db8::1]:5555", "unknown", "_hidden"})
    void takesLoginsWhateverTheProxySaysOfTheCallersAddress(String caller, Sandbox sandbox) {
        var login = send(sandbox, "/sms/login", HttpRequest.newBuilder());

        var wrong = send(sandbox, "/sms/login", loginForm(login, "wrong").header("X-Forwarded-For", caller));
        var right = send(sandbox, "/sms/login", loginForm(login).header("X-Forwarded-For", caller));

        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(wrong.body()).contains("Invalid or expired token.");
        assertThat(location(right)).isEqualTo("/sms/");
    }

    @Test
    void redirectsWithinThePrefixOnTheManagementPortToo(Sandbox sandbox) {
        URI management = sandbox.management("");
        String cookies = logIn(sandbox, management);

        var root = send(sandbox, management, "/ops/", HttpRequest.newBuilder().header("Cookie", cookies), "/ops");
        var routes =
                send(sandbox, management, "/ops/camel", HttpRequest.newBuilder().header("Cookie", cookies), "/ops");

        assertThat(location(root)).isEqualTo("/ops/camel");
        assertThat(links(routes))
                .isNotEmpty()
                .allSatisfy(link -> assertThat(link).matches("/ops/.*|#.*"));
    }

    @Test
    void namesAddressesOfTheApiWithThePrefix(Sandbox sandbox) {
        String address = order(sandbox, "/sms");

        var delivery = send(sandbox, address, operator());
        var description = send(sandbox, "/sms/api/openapi.json", operator());

        assertThat(address).startsWith("/sms/api/deliveries/");
        assertThat(delivery.statusCode()).isEqualTo(200);
        assertThat(sandbox.json(description).at("/servers/0/url").asText()).isEqualTo("/sms/");
    }

    /** Twilio signs the public base URL, which the settings name, and the path behind it. */
    @Test
    void verifiesSignaturesWhateverThePrefixIs(Sandbox sandbox) {
        var form = SignedForm.of(
                "/twilio/status-callback",
                List.of(
                        Map.entry("MessageSid", "SM00000000000000000000000000000077"),
                        Map.entry("MessageStatus", "sent")));

        var genuine = send(sandbox, "/sms" + form.target(), form.request(sandbox.uri("/")));
        var forged = send(
                sandbox,
                "/sms" + form.target(),
                form.withBody(form.body() + "x").request(sandbox.uri("/")));

        assertThat(genuine.statusCode()).isEqualTo(204);
        assertThat(forged.statusCode()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sms", "//evil.example", "/sms/", "/a/../api", "/%2e%2e", "/a;b", "/<script>", "/api"})
    void opensNothingByAPrefixOfTheCallersChoice(String prefix, Sandbox sandbox) {
        for (String path : List.of("/deliveries", "/api/deliveries", "/twilio/status-callback")) {
            var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri(path)).header("X-Forwarded-Prefix", prefix));

            assertThat(answer.statusCode()).as(path).isIn(302, 303, 400, 401, 404, 405);
            assertThat(answer.headers().firstValue("Location").orElse("/login")).doesNotStartWith("//");
            assertThat(answer.body()).doesNotContain("<script>");
        }
    }

    private static String logIn(Sandbox sandbox, URI server) {
        var login = send(sandbox, server, "/sms/login", HttpRequest.newBuilder(), "/sms");
        var in = send(sandbox, server, "/sms/login", loginForm(login), "/sms");
        return String.join(
                "; ",
                Stream.concat(cookies(login), cookies(in))
                        .map(cookie -> cookie.replaceFirst(";.*", ""))
                        .toList());
    }

    private static HttpRequest.Builder loginForm(HttpResponse<String> login) {
        return loginForm(login, "support-token");
    }

    private static HttpRequest.Builder loginForm(HttpResponse<String> login, String token) {
        var form = FORM.matcher(login.body());
        assertThat(form.find()).isTrue();
        String next = login.body().contains("status=held") ? "/deliveries?status=held" : "/";
        return HttpRequest.newBuilder()
                .header("Cookie", cookies(login).findFirst().orElseThrow().replaceFirst(";.*", ""))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("token=" + token + "&_csrf=" + form.group(1) + "&next="
                        + URLEncoder.encode(next, StandardCharsets.UTF_8)));
    }

    /** Returns the address of the delivery of a new event. */
    private static String order(Sandbox sandbox, String prefix) {
        String body = sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber());
        return location(send(
                sandbox,
                prefix + "/api/order-shipped-sms",
                operator().header("Content-Type", "application/json").POST(BodyPublishers.ofString(body))));
    }

    private static HttpRequest.Builder operator() {
        return HttpRequest.newBuilder().header("Authorization", "Bearer support-token");
    }

    private static HttpResponse<String> send(Sandbox sandbox, String address, HttpRequest.Builder request) {
        return send(sandbox, sandbox.uri("/"), address, request, "/sms");
    }

    /** Sends a request as the proxy passes it on. */
    private static HttpResponse<String> send(
            Sandbox sandbox, URI server, String address, HttpRequest.Builder request, String prefix) {
        return sandbox.send(request.uri(server.resolve(address.substring(prefix.length())))
                .header("Accept", "text/html")
                .header("X-Forwarded-Proto", "https")
                .header("X-Forwarded-Host", "tools.example.com")
                .header("X-Forwarded-Prefix", prefix));
    }

    private static String location(HttpResponse<String> response) {
        return response.headers().firstValue("Location").orElseThrow(() -> new AssertionError(response.body()));
    }

    private static Stream<String> cookies(HttpResponse<String> response) {
        return response.headers().allValues("Set-Cookie").stream();
    }

    private static List<String> links(HttpResponse<String> page) {
        return LINK.matcher(page.body()).results().map(link -> link.group(1)).toList();
    }
}
