package io.textonce.security;

import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.sandbox.Issuer;
import io.textonce.sandbox.ProductionTest;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SignedForm;
import io.textonce.sandbox.UserRoutesFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may do what where nothing is open. */
@ProductionTest
class AccessTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static final String SHOP = "Bearer shop-token";
    private static final String CLINIC = "Bearer clinic-token";
    private static final String SUPPORT = "Bearer support-token";

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "Bearer wrong",
                "Bearer shop-token2",
                "Bearer SHOP-TOKEN",
                "Bearer shop-token clinic-token",
                "Bearer",
                "Bearer ",
                "shop-token",
                "Basic c2hvcDpzaG9wLXRva2Vu",
                // the hash itself, as somebody who saw the configuration would try
                "Bearer 88cc4600551e64b7cb97dd7f63ebad405255e5d17bdd71ee9fe1ed5cc20d0b3b",
            })
    void refusesACallerWithoutAValidToken(@Nullable String authorization, Sandbox sandbox) {
        String number = sandbox.newNumber();

        var posted = post(sandbox, authorization, sandbox.orderShipped(sandbox.newEventId(), number));
        var asked = get(sandbox.uri("/api/deliveries?eventId=x"), authorization, sandbox);
        var elsewhere = get(sandbox.uri("/api/nothing"), authorization, sandbox);

        for (var answer : new HttpResponse<?>[] {posted, asked, elsewhere}) {
            assertThat(answer.headers().firstValue("WWW-Authenticate"))
                    .hasValueSatisfying(scheme -> assertThat(scheme).startsWith("Bearer"));
        }
        assertThatProblem(posted).is(401, "unauthorized");
        assertThatProblem(asked).is(401, "unauthorized");
        assertThatProblem(elsewhere).is(401, "unauthorized");
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @Test
    void countsRejectedEventsByEventClientAndReason(Sandbox sandbox) {
        double unauthorized = rejected(sandbox, "none", "unauthorized");
        double invalid = rejected(sandbox, "shop", "invalid_request");
        double forbidden = rejected(sandbox, "clinic", "forbidden");

        post(sandbox, null, "{}");
        post(sandbox, SHOP, "{}");
        post(sandbox, CLINIC, "{}");

        assertThat(rejected(sandbox, "none", "unauthorized")).isEqualTo(unauthorized + 1);
        assertThat(rejected(sandbox, "shop", "invalid_request")).isEqualTo(invalid + 1);
        assertThat(rejected(sandbox, "clinic", "forbidden")).isEqualTo(forbidden + 1);
    }

    /** The subject of a token may be a person, and there may be any number of them. */
    @Test
    void countsAllSubjectsOfTheIssuerAsOne(Sandbox sandbox) {
        var issuer = ProductionTest.ISSUER;
        double before = rejected(sandbox, "issued", "invalid_request");

        for (String subject : List.of("+15558675310", "jane@example.com")) {
            post(
                    sandbox,
                    "Bearer "
                            + issuer.sign(
                                    issuer.claims(subject, "textonce:send").build()),
                    "{}");
        }

        assertThat(rejected(sandbox, "issued", "invalid_request")).isEqualTo(before + 2);
        assertThat(sandbox.context().getBean(MeterRegistry.class).getMeters())
                .extracting(meter -> meter.getId().toString())
                .noneMatch(id -> id.contains("8675310") || id.contains("jane"));
    }

    private static double rejected(Sandbox sandbox, String client, String reason) {
        return sandbox.context()
                .getBean(MeterRegistry.class)
                .counter(
                        "textonce.events.rejected",
                        "source",
                        "http",
                        "event",
                        "order-shipped",
                        "client",
                        client,
                        "reason",
                        reason)
                .count();
    }

    @Test
    void letsOnlyAClientOfAllEventsSendCloudEvents(Sandbox sandbox) {
        String data =
                "{\"phone\":\"" + sandbox.newNumber() + "\",\"orderId\":\"7\",\"consentAt\":\"2026-06-02T09:00:00Z\"}";

        var support = cloudEvent(sandbox, SUPPORT, data);
        var clinic = cloudEvent(sandbox, CLINIC, data);
        var nobody = cloudEvent(sandbox, "Bearer wrong", data);

        assertThat(support.statusCode()).isEqualTo(202);
        assertThatProblem(clinic).is(403, "forbidden");
        assertThatProblem(nobody).is(401, "unauthorized");
    }

    private static HttpResponse<String> cloudEvent(Sandbox sandbox, String authorization, String data) {
        return sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/events"))
                .header("Authorization", authorization)
                .header("Content-Type", "application/cloudevents+json")
                .POST(BodyPublishers.ofString(
                        "{\"specversion\":\"1.0\",\"type\":\"order-shipped\",\"source\":\"/shop\",\"id\":\""
                                + sandbox.newEventId() + "\",\"data\":" + data + "}")));
    }

    @Test
    void answersAWrongTokenLateAndHoldsNobodyUpMeanwhile(Sandbox sandbox) throws Exception {
        var wrong = HttpRequest.newBuilder(sandbox.uri("/api/deliveries?eventId=x"))
                .header("Authorization", "Bearer guess")
                .build();
        double before = refused(sandbox, "wrong_token");
        long start = System.nanoTime();

        var guesses = Stream.generate(() -> HTTP.sendAsync(wrong, BodyHandlers.ofString()))
                .limit(300)
                .toList();
        var right = get(sandbox.uri("/api/deliveries?eventId=x"), SUPPORT, sandbox);
        guesses.get(0).get();
        Duration first = Duration.ofNanos(System.nanoTime() - start);
        for (var guess : guesses) {
            assertThatProblem(guess.get()).is(401, "unauthorized");
        }

        assertThat(right.statusCode()).isEqualTo(200);
        assertThat(first).isGreaterThanOrEqualTo(ProductionTest.WRONG_TOKEN_DELAY);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isLessThan(ProductionTest.WRONG_TOKEN_DELAY.multipliedBy(150));
        assertThat(refused(sandbox, "wrong_token")).isEqualTo(before + 300);
    }

    @Test
    void turnsAClientAwayThatAsksTooMuchAndNobodyElse(Sandbox sandbox) {
        var refused = Stream.generate(() -> get(sandbox.uri("/api/nothing"), "Bearer loop-token", sandbox))
                .limit(100)
                .filter(answer -> answer.statusCode() == 429)
                .toList();

        assertThat(refused).isNotEmpty().allSatisfy(answer -> {
            assertThatProblem(answer).is(429, "too_many_requests");
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        });
        assertThat(get(sandbox.uri("/api/nothing"), SHOP, sandbox).statusCode()).isEqualTo(404);
    }

    @Test
    void letsATokenOfTheIssuerDoWhatItsScopesSay(Sandbox sandbox) {
        String id = sandbox.newEventId();
        var issuer = ProductionTest.ISSUER;
        var all = "Bearer "
                + issuer.sign(issuer.claims("crm", "openid textonce:send").build());
        var one = "Bearer "
                + issuer.sign(
                        issuer.claims("crm", "textonce:send:order-shipped").build());
        var other = "Bearer "
                + issuer.sign(issuer.claims("crm", "textonce:send:appointment-reminder")
                        .build());
        var none = "Bearer " + issuer.sign(issuer.claims("crm", "openid").build());
        var operator = "Bearer "
                + issuer.sign(issuer.claims("desk", "textonce:operate").build());

        assertThat(post(sandbox, all, sandbox.orderShipped(id, sandbox.newNumber()))
                        .statusCode())
                .isEqualTo(202);
        assertThat(sandbox.delivery(id)).containsEntry("client", "crm");
        assertThat(post(sandbox, one, sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()))
                        .statusCode())
                .isEqualTo(202);
        for (String not : new String[] {other, none, operator}) {
            assertThatProblem(post(sandbox, not, sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber())))
                    .is(403, "forbidden");
        }
        URI deliveries = sandbox.uri("/api/deliveries?eventId=" + id);
        assertThat(get(deliveries, operator, sandbox).body()).contains(id);
        assertThatProblem(get(deliveries, all, sandbox)).is(403, "forbidden");
    }

    @ParameterizedTest
    @ValueSource(strings = {"at+jwt", "AT+JWT", "application/at+jwt", "JWT"})
    void takesATokenOfTheTypesThatIssuersSend(String type, Sandbox sandbox) {
        var issuer = ProductionTest.ISSUER;
        String token = issuer.sign(issuer.claims("crm", "textonce:send").build(), type);

        var answer = post(sandbox, "Bearer " + token, sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    static Stream<Arguments> claimsWithScopes() {
        return Stream.of(
                arguments("scope", "openid textonce:send"),
                arguments("scope", List.of("openid", "textonce:send")),
                arguments("scp", "openid textonce:send"),
                arguments("scp", List.of("openid", "textonce:send")),
                arguments("roles", "openid textonce:send"),
                arguments("roles", List.of("openid", "textonce:send")));
    }

    @ParameterizedTest
    @MethodSource("claimsWithScopes")
    void findsScopesInTheClaimsThatASettingNames(String claim, Object scopes, Sandbox sandbox) {
        var issuer = ProductionTest.ISSUER;
        var claims = issuer.claims("crm", null).claim(claim, scopes).build();

        var answer = post(
                sandbox,
                "Bearer " + issuer.sign(claims),
                sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(strings = {"permissions", "scopes", "scope.x"})
    void findsNoScopesInOtherClaims(String claim, Sandbox sandbox) {
        var issuer = ProductionTest.ISSUER;
        var claims = issuer.claims("crm", null).claim(claim, "textonce:send").build();
        double before = refused(sandbox, "no_scope");

        var answer = post(
                sandbox,
                "Bearer " + issuer.sign(claims),
                sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()));

        assertThatProblem(answer).is(403, "forbidden");
        assertThat(answer.headers().firstValue("WWW-Authenticate")).hasValue("Bearer error=\"insufficient_scope\"");
        assertThat(refused(sandbox, "no_scope")).isEqualTo(before + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/openapi.json", "/api/schemas/order-shipped", "/api/deliveries", "/api/shop/orders"})
    void permitsNothingToATokenOfTheIssuerWithoutAScope(String path, Sandbox sandbox) {
        var issuer = ProductionTest.ISSUER;
        String none = issuer.sign(issuer.claims("crm", "openid profile").build());
        String one = issuer.sign(
                issuer.claims("crm", "openid textonce:send:order-shipped").build());

        assertThatProblem(get(sandbox.uri(path), "Bearer " + none, sandbox)).is(403, "forbidden");
        assertThat(get(sandbox.uri("/api/openapi.json"), "Bearer " + one, sandbox)
                        .statusCode())
                .isEqualTo(200);
    }

    static Stream<Arguments> forgedTokens() throws JOSEException {
        var issuer = ProductionTest.ISSUER;
        var claims = issuer.claims("crm", "textonce:send textonce:operate").build();
        var past = Date.from(Instant.now().minus(Duration.ofHours(1)));
        var future = Date.from(Instant.now().plus(Duration.ofHours(1)));
        return Stream.of(
                arguments(
                        "audience",
                        "for somebody else",
                        issuer.sign(new JWTClaimsSet.Builder(claims)
                                .audience("https://other.example.com")
                                .build())),
                arguments(
                        "audience",
                        "for nobody",
                        issuer.sign(new JWTClaimsSet.Builder(claims)
                                .audience((String) null)
                                .build())),
                arguments(
                        "subject",
                        "without a subject",
                        issuer.sign(
                                new JWTClaimsSet.Builder(claims).subject(null).build())),
                arguments(
                        "subject",
                        "with a blank subject",
                        issuer.sign(
                                new JWTClaimsSet.Builder(claims).subject(" ").build())),
                arguments(
                        "expired",
                        "run out",
                        issuer.sign(new JWTClaimsSet.Builder(claims)
                                .expirationTime(past)
                                .build())),
                arguments(
                        "not_yet_valid",
                        "for later",
                        issuer.sign(new JWTClaimsSet.Builder(claims)
                                .notBeforeTime(future)
                                .build())),
                arguments(
                        "issuer",
                        "of another issuer",
                        issuer.sign(new JWTClaimsSet.Builder(claims)
                                .issuer("https://other.example.com")
                                .build())),
                arguments("type", "not an access token", issuer.sign(claims, "dpop+jwt")),
                arguments("type", "a log-out", issuer.sign(claims, "logout+jwt")),
                arguments("signature", "signed by another key", issuer.sign(claims, Issuer.otherKey("current"))),
                arguments("wrong_token", "not signed", new PlainJWT(claims).serialize()),
                arguments(
                        "signature",
                        "signed by what everybody knows",
                        issuer.sign(
                                claims,
                                JWSAlgorithm.HS256,
                                "current",
                                new MACSigner(issuer.key().toRSAPublicKey().getEncoded()))),
                arguments("wrong_token", "cut", issuer.sign(claims).substring(0, 100)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("forgedTokens")
    void refusesATokenThatTheIssuerDidNotMakeForUsAndCountsTheReason(
            String reason, String what, String token, Sandbox sandbox) {
        String number = sandbox.newNumber();
        double before = refused(sandbox, reason);

        var answer = post(sandbox, "Bearer " + token, sandbox.orderShipped(sandbox.newEventId(), number));

        assertThatProblem(answer).is(401, "unauthorized").doesNotSay("example.com");
        assertThat(answer.headers().firstValue("WWW-Authenticate"))
                .hasValueSatisfying(challenge ->
                        assertThat(challenge).startsWith("Bearer error=\"invalid_token\", error_description=\""));
        assertThat(refused(sandbox, reason)).isEqualTo(before + 1);
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @Test
    void fetchesNoKeysForEachTokenThatNamesAnUnknownOne(Sandbox sandbox) {
        var issuer = ProductionTest.ISSUER;
        // A failure of the issuer, in another test, is kept for a moment.
        await().until(() -> unknownKey(sandbox).statusCode() == 401);
        int before = issuer.requests();
        var begin = Instant.now();

        for (int i = 0; i < 10; i++) {
            assertThatProblem(unknownKey(sandbox)).is(401, "unauthorized");
        }

        long most = 3 * (1 + Duration.between(begin, Instant.now()).toSeconds() / 15);
        assertThat(issuer.requests() - before).isLessThanOrEqualTo((int) most);
    }

    private static HttpResponse<String> unknownKey(Sandbox sandbox) {
        var issuer = ProductionTest.ISSUER;
        String token = issuer.sign(issuer.claims("crm", "textonce:send").build(), Issuer.otherKey("unknown"));
        return get(sandbox.uri("/api/deliveries?eventId=x"), "Bearer " + token, sandbox);
    }

    @Test
    void saysThatATokenCanNotBeCheckedWhileTheIssuerIsAway(Sandbox sandbox) {
        var issuer = ProductionTest.ISSUER;
        // Its key is not among those that are known, so the issuer is asked for more.
        String token = issuer.sign(issuer.claims("crm", "textonce:send").build(), Issuer.otherKey("next"));
        issuer.away(true);
        try {
            String event = sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber());
            // Keys that were fetched a moment ago are not fetched again.
            var unchecked =
                    await().until(() -> post(sandbox, "Bearer " + token, event), answer -> answer.statusCode() != 401);
            var ours = post(sandbox, SHOP, sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()));

            assertThatProblem(unchecked).is(503, "try_again");
            assertThat(unchecked.headers().firstValue("Retry-After")).isPresent();
            assertThat(ours.statusCode()).isEqualTo(202);
        } finally {
            issuer.away(false);
        }
    }

    @Test
    void tellsABrowserToDoNothingWithAnAnswer(Sandbox sandbox) {
        var headers =
                get(sandbox.uri("/api/deliveries?eventId=x"), SUPPORT, sandbox).headers();

        assertThat(headers.firstValue("Content-Security-Policy"))
                .hasValue("default-src 'none'; frame-ancestors 'none'");
        assertThat(headers.firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(headers.firstValue("X-Frame-Options")).hasValue("DENY");
        assertThat(headers.firstValue("Referrer-Policy")).hasValue("no-referrer");
        assertThat(headers.firstValue("Cache-Control"))
                .hasValueSatisfying(cache -> assertThat(cache).contains("no-store"));
        assertThat(headers.firstValue("Server")).isEmpty();
    }

    @Test
    void takesNoTokenFromTheQuery(Sandbox sandbox) {
        var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/order-shipped-sms?access_token=shop-token"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()))));

        assertThatProblem(answer).is(401, "unauthorized");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer shop-token", "Bearer shop-new-token", "bearer shop-token"})
    void letsAClientSendWithEachOfItsTokensAndKeepsItsName(String authorization, Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        var answer = post(sandbox, authorization, sandbox.orderShipped(id, number));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
        assertThat(sandbox.delivery(id)).containsEntry("client", "shop");
    }

    @Test
    void letsAClientSendOnlyItsOwnEvents(Sandbox sandbox) {
        String number = sandbox.newNumber();

        var answer = post(sandbox, CLINIC, sandbox.orderShipped(sandbox.newEventId(), number));

        assertThatProblem(answer).is(403, "forbidden");
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/order%2Dshipped-sms",
                "/api/order-shipped%2dsms",
                "/api/order-shipped-sms/",
                "/api/%6frder-shipped-sms",
                "/api/appointment-reminder-sms/../order-shipped-sms",
                "/api/order-shipped-sms;x",
                "//api/order-shipped-sms",
                "/API/order-shipped-sms",
            })
    void hasNoSpellingOfAPathThatLeadsPastThis(String path, Sandbox sandbox) {
        String number = sandbox.newNumber();

        var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri(path))
                .header("Authorization", CLINIC)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(sandbox.orderShipped(sandbox.newEventId(), number))));

        assertThat(answer.statusCode()).isIn(400, 403, 404);
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/verify/start", "/api/verify/check"})
    void letsAClientVerifyOnlyIfItMay(String path, Sandbox sandbox) {
        var body = BodyPublishers.ofString("{\"phone\":\"" + sandbox.newNumber() + "\",\"code\":\"123456\"}");
        var call = HttpRequest.newBuilder(sandbox.uri(path))
                .header("Content-Type", "application/json")
                .POST(body);

        assertThatProblem(sandbox.send(call)).is(401, "unauthorized");
        assertThatProblem(sandbox.send(call.copy().header("Authorization", SHOP)))
                .is(403, "forbidden");
        // It is let in, and told that codes are not set up here.
        for (String may : new String[] {CLINIC, SUPPORT}) {
            var answer = sandbox.send(call.copy().header("Authorization", may));
            assertThatProblem(answer).is(503, "verify_not_set_up");
            assertThat(answer.body()).contains("TWILIO_VERIFY_SERVICE_SID");
        }
    }

    @Test
    void letsAnOperatorSendEveryEvent(Sandbox sandbox) {
        var answer = post(sandbox, SUPPORT, sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()));

        assertThat(answer.statusCode()).isEqualTo(202);
    }

    @Test
    void showsDeliveriesToAnOperatorOnly(Sandbox sandbox) {
        String id = sandbox.newEventId();
        var location = post(sandbox, SHOP, sandbox.orderShipped(id, sandbox.newNumber()))
                .headers()
                .firstValue("Location")
                .orElseThrow();

        for (String path : new String[] {location, "/api/deliveries?eventId=" + id}) {
            assertThatProblem(get(sandbox.uri(path), SHOP, sandbox)).is(403, "forbidden");
            var answer = get(sandbox.uri(path), SUPPORT, sandbox);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains(id);
        }
    }

    @Test
    void letsOnlyAnOperatorEraseAPerson(Sandbox sandbox) {
        for (String caller : new String[] {SHOP, SUPPORT}) {
            var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/people"))
                    .header("Authorization", caller)
                    .header("Content-Type", "application/json")
                    .method("DELETE", BodyPublishers.ofString("{\"phone\":\"" + sandbox.newNumber() + "\"}")));

            assertThat(answer.statusCode()).isEqualTo(caller.equals(SUPPORT) ? 200 : 403);
        }
    }

    @Test
    void letsOnlyAnOperatorSeeAndDecideOverSubscribers(Sandbox sandbox) {
        for (String caller : new String[] {SHOP, SUPPORT}) {
            var all = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/subscriptions"))
                    .header("Authorization", caller)
                    .GET());
            var decided = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/subscriptions/sandbox/resume"))
                    .header("Authorization", caller)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"reason\":\"a test\"}")));

            assertThat(all.statusCode()).isEqualTo(caller.equals(SUPPORT) ? 200 : 403);
            assertThat(decided.statusCode()).isEqualTo(caller.equals(SUPPORT) ? 200 : 403);
            if (caller.equals(SUPPORT)) {
                assertThat(sandbox.json(decided).get("decision").asText()).endsWith("support: resume (a test)");
            }
        }
    }

    @Test
    void letsOnlyAnOperatorSeeCapsAndOptOuts(Sandbox sandbox) {
        for (String path : new String[] {"/api/caps", "/api/opt-outs", "/api/opt-outs/export.csv"}) {
            assertThatProblem(get(sandbox.uri(path), SHOP, sandbox)).is(403, "forbidden");
            assertThat(get(sandbox.uri(path), SUPPORT, sandbox).statusCode())
                    .as(path)
                    .isEqualTo(200);
        }
        for (String path : new String[] {"/api/caps/daily/raise", "/api/opt-outs"}) {
            var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri(path))
                    .header("Authorization", SHOP)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{}")));

            assertThatProblem(answer).is(403, "forbidden");
        }
    }

    @Test
    void previewsOnlyWhatTheCallerMaySend(Sandbox sandbox) {
        String event = sandbox.order().json();
        for (String name : new String[] {"order-shipped", "appointment-reminder"}) {
            var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/" + name + "-sms?preview=true"))
                    .header("Authorization", SHOP)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(event)));

            assertThat(answer.statusCode()).as(name).isEqualTo(name.equals("order-shipped") ? 200 : 403);
        }
    }

    @Test
    void opensOnlyTheHealthOnTheManagementPort(Sandbox sandbox) {
        for (String path :
                new String[] {"/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness"}) {
            assertThat(get(sandbox.management(path), null, sandbox).statusCode())
                    .as(path)
                    .isEqualTo(200);
        }
        for (String path : new String[] {
            "/actuator", "/actuator/prometheus", "/actuator/sbom", "/actuator/env", "/actuator/heapdump"
        }) {
            assertThat(get(sandbox.management(path), null, sandbox).statusCode())
                    .as(path)
                    .isEqualTo(401);
            assertThat(get(sandbox.management(path), SHOP, sandbox).statusCode())
                    .as(path)
                    .isEqualTo(403);
        }
        assertThat(get(sandbox.management("/actuator"), SUPPORT, sandbox).statusCode())
                .isEqualTo(200);
        assertThat(get(sandbox.management("/actuator/env"), SUPPORT, sandbox).statusCode())
                .isEqualTo(404);
    }

    @Test
    void showsAMonitorMetricsAndNothingElse(Sandbox sandbox) {
        var issuer = ProductionTest.ISSUER;
        String issued = "Bearer "
                + issuer.sign(issuer.claims("grafana", "textonce:monitor").build());
        for (String monitor : List.of("Bearer metrics-token", issued)) {
            var metrics = get(sandbox.management("/actuator/prometheus"), monitor, sandbox);
            var posted = post(sandbox, monitor, sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()));

            // Spring Boot exports no metrics in a test, so the permitted path has none.
            assertThat(metrics.statusCode()).isEqualTo(404);
            assertThatProblem(posted).is(403, "forbidden");
            for (var uri : List.of(
                    sandbox.management("/actuator"),
                    sandbox.management("/actuator/sbom"),
                    sandbox.uri("/api/deliveries?eventId=x"),
                    sandbox.uri("/api/openapi.json"),
                    sandbox.uri("/api/caps"))) {
                assertThatProblem(get(uri, monitor, sandbox)).is(403, "forbidden");
            }
            assertThat(get(sandbox.uri("/overview"), monitor, sandbox).statusCode())
                    .isEqualTo(403);
        }
    }

    @Test
    void tellsNothingOfTheInsideInItsHealth(Sandbox sandbox) {
        var answer = get(sandbox.management("/actuator/health"), null, sandbox);

        assertThat(sandbox.json(answer).fieldNames()).toIterable().containsOnly("status", "groups");
    }

    @Test
    void asksTwilioForItsSignatureAndForNoToken(Sandbox sandbox) {
        String id = sandbox.newEventId();

        post(sandbox, SHOP, sandbox.orderShipped(id, sandbox.newNumber()));
        var forged = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/twilio/status-callback"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("MessageSid=SM00000000000000000000000000000001&MessageStatus=sent")));

        sandbox.awaitStatus(id, "delivered");
        assertThatProblem(forged).is(403, "invalid signature");
    }

    @Test
    void takesASignedCallbackWhateverTokenTwilioSendsWithIt(Sandbox sandbox) {
        String target = "/twilio/status-callback";
        var form = List.of(
                Map.entry("MessageSid", "SM00000000000000000000000000000002"), Map.entry("MessageStatus", "sent"));

        var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri(target))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Authorization", "Bearer a-token-of-twilios")
                .header(
                        "X-Twilio-Signature",
                        SignedForm.signature(
                                sandbox.context().getEnvironment().getProperty("textonce.twilio.auth-token"),
                                sandbox.context().getEnvironment().getProperty("PUBLIC_BASE_URL") + target,
                                form))
                .POST(BodyPublishers.ofString("MessageSid=SM00000000000000000000000000000002&MessageStatus=sent")));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
    }

    @Test
    void opensAnOwnRouteToWhomItsPathSays(Sandbox sandbox) throws IOException {
        var paths = List.of("/hooks/parcel", "/hooks/bells/7", "/hooks/closed", "/api/hooks");
        String text = paths.stream().map(AccessTest::route).collect(Collectors.joining());
        try (var own = new UserRoutesFile(sandbox, "hooks", text)) {
            own.awaitRoute("hook-api-hooks");

            for (String open : paths.subList(0, 2)) {
                for (String caller : new String[] {null, "Bearer wrong", SHOP}) {
                    assertThat(get(sandbox.uri(open), caller, sandbox).statusCode())
                            .as("%s of %s", open, caller)
                            .isEqualTo(200);
                }
            }
            for (String caller : new String[] {null, "Bearer wrong", SHOP, SUPPORT}) {
                assertThatProblem(get(sandbox.uri("/hooks/closed"), caller, sandbox))
                        .is(403, "forbidden");
            }
            assertThatProblem(get(sandbox.uri("/api/hooks"), null, sandbox)).is(401, "unauthorized");
            assertThatProblem(get(sandbox.uri("/api/hooks"), "Bearer wrong", sandbox))
                    .is(401, "unauthorized");
            assertThat(get(sandbox.uri("/api/hooks"), SHOP, sandbox).statusCode())
                    .isEqualTo(200);
        }
    }

    private static String route(String path) {
        return """
                - route:
                    id: hook%s
                    from:
                      uri: kamelet:%s
                      parameters:
                        path: %s
                        method: GET
                      steps:
                        - setBody:
                            constant: here
                """.formatted(
                        path.replace('/', '-'),
                        path.startsWith("/api/") ? "api-source" : "public-source",
                        path.replaceFirst("^/(api/)?", ""));
    }

    @Test
    void permitsAClientItsEventsAloneOnPathsOfUsers(Sandbox sandbox) throws IOException {
        String id = sandbox.newEventId();
        String order = sandbox.orderShipped(id, sandbox.newNumber());
        String text = ownPath("shipped", "direct:event-order-shipped")
                + ownPath("delayed", "direct:event-order-delayed")
                + ownPath("canceled", "direct:event-appointment-cancelled")
                + ownPath("sink", "kamelet:sms-send-sink?event=parcel&purpose=parcels");
        try (var own = new UserRoutesFile(sandbox, "own-paths", text)) {
            own.awaitRoute("own-path-sink");

            for (String other : List.of("delayed", "canceled", "sink")) {
                var answer = post(sandbox.uri("/api/own-path-" + other), SHOP, order, sandbox);

                assertThatProblem(answer).as(other).is(403, "forbidden");
            }
            assertThat(sandbox.deliveries(id)).isZero();
            assertThat(post(sandbox.uri("/api/own-path-shipped"), SHOP, order, sandbox)
                            .statusCode())
                    .isEqualTo(202);
            assertThat(post(
                                    sandbox.uri("/api/own-path-delayed"),
                                    SUPPORT,
                                    sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()),
                                    sandbox)
                            .statusCode())
                    .isEqualTo(202);
        }
    }

    private static String ownPath(String name, String to) {
        return """
                - route:
                    id: own-path-%1$s
                    routeConfigurationId: answer-problem
                    from:
                      uri: kamelet:api-source
                      parameters:
                        path: own-path-%1$s
                        method: POST
                      steps:
                        - convertBodyTo:
                            type: byte[]
                        - setVariable:
                            name: text
                            constant: Hello
                        - to:
                            uri: %2$s
                        - to:
                            uri: kamelet:api-response-action
                """.formatted(name, to);
    }

    @Test
    void showsOperatorsInHealthWhoGetsMessages(Sandbox sandbox) {
        var health = get(sandbox.management("/actuator/health"), SUPPORT, sandbox);

        assertThat(sandbox.json(health)
                        .at("/components/recipientMode/details/mode")
                        .asText())
                .as(health.body())
                .isEqualTo("Every number gets its messages");
    }

    private static HttpResponse<String> post(URI uri, String authorization, String body, Sandbox sandbox) {
        return sandbox.send(HttpRequest.newBuilder(uri)
                .header("Authorization", authorization)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    @Test
    void opensNoPathThatNoRuleNames(Sandbox sandbox) {
        for (String path :
                new String[] {"/nothing", "/hooks", "/hooks/other", "/hooks/parcel/x", "/apix", "/twiliox"}) {
            for (String caller : new String[] {null, "Bearer wrong", SHOP, SUPPORT}) {
                assertThatProblem(get(sandbox.uri(path), caller, sandbox)).is(403, "forbidden");
                assertThatProblem(get(sandbox.management(path), caller, sandbox))
                        .is(403, "forbidden");
            }
        }
    }

    private static double refused(Sandbox sandbox, String reason) {
        return sandbox.context()
                .getBean(MeterRegistry.class)
                .counter("textonce.authentications.failed", "reason", reason)
                .count();
    }

    private static HttpResponse<String> post(Sandbox sandbox, @Nullable String authorization, String event) {
        var request = HttpRequest.newBuilder(sandbox.uri("/api/order-shipped-sms"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(event));
        return sandbox.send(authorization == null ? request : request.header("Authorization", authorization));
    }

    private static HttpResponse<String> get(URI uri, @Nullable String authorization, Sandbox sandbox) {
        var request = HttpRequest.newBuilder(uri).GET();
        return sandbox.send(authorization == null ? request : request.header("Authorization", authorization));
    }
}
