package io.textonce.twilio;

import static io.textonce.sandbox.Fault.hangs;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.twilio.http.HttpClient;
import com.twilio.http.HttpMethod;
import com.twilio.http.Request;
import com.twilio.rest.api.v2010.account.Message;
import com.twilio.type.PhoneNumber;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.delivery.Lease;
import io.textonce.peer.PeerMonitor;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.TwilioSimulator;
import io.textonce.settings.TwilioSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TwilioHttpTest {

    private static final String CLIENT_SECRET = "secret-of-the-client-0123456789";
    private static final String ACCOUNT = "AC00000000000000000000000000000001";
    private static final String TOKEN = "an-auth-token-of-the-account";
    private static final String KEY = "SK00000000000000000000000000000001";
    private static final String SECRET = "the-secret-of-the-api-key";
    private static final String TO = "+14155552671";
    private static final String FROM = "+15005550006";
    private static final String SERVICE = "MG00000000000000000000000000000001";

    private static final TwilioSimulator TWILIO = TwilioSimulator.builder()
            .account(ACCOUNT, TOKEN)
            .apiKey(KEY, SECRET)
            .build();

    @BeforeAll
    static void startTwilio() {
        TWILIO.start();
    }

    @AfterAll
    static void stopTwilio() {
        TWILIO.close();
    }

    @BeforeEach
    void forgetWhatWasSent() {
        TWILIO.reset();
    }

    @Test
    void logsInAsTheAccountWithItsToken() {
        create(settings(TWILIO.baseUrl()));

        assertThat(TWILIO.posts()).singleElement().satisfies(post -> {
            assertThat(post.headers()).containsEntry("authorization", "Basic " + ACCOUNT);
            assertThat(post.outcome()).isEqualTo("201");
        });
    }

    @Test
    void logsInWithTheApiKeyForTheSameAccount() {
        create(settings(TWILIO.baseUrl(), KEY, SECRET));

        assertThat(TWILIO.posts()).singleElement().satisfies(post -> {
            assertThat(post.headers()).containsEntry("authorization", "Basic " + KEY);
            assertThat(post.path()).isEqualTo("/2010-04-01/Accounts/" + ACCOUNT + "/Messages.json");
            assertThat(post.outcome()).isEqualTo("201");
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 504})
    void postsOnceWhenTwilioFails(int status) {
        TWILIO.always(Fault.answers(status));

        assertUnclear(settings(TWILIO.baseUrl()));
        assertThat(TWILIO.postCount()).isOne();
    }

    @Test
    void postsOnceWhenTwilioIsBusyAndTellsHowLongToWait() {
        TWILIO.always(Fault.answers(429).withRetryAfter(7));

        assertThatThrownBy(() -> create(settings(TWILIO.baseUrl())))
                .isInstanceOfSatisfying(
                        TwilioFailure.NotProcessed.class,
                        busy -> assertThat(busy.retryAfter()).isEqualTo(Duration.ofSeconds(7)));
        assertThat(TWILIO.postCount()).isOne();
    }

    @Test
    void isUnclearAboutATextThatTwilioDidNotAnswerInTime() {
        TWILIO.always(Fault.answersLate(Duration.ofSeconds(5)));

        assertUnclear(settings(TWILIO.baseUrl()));
        assertThat(TWILIO.postCount()).isOne();
        assertThat(TWILIO.sentTo(TO)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void neverFollowsARedirection(int status) {
        String answer = "HTTP/1.1 " + status + " Elsewhere\r\nLocation: " + TWILIO.baseUrl() + "/2010-04-01/Accounts/"
                + ACCOUNT + "/Messages.json\r\nContent-Length: 0\r\n\r\n";
        try (var proxy = new Proxy(answer)) {
            assertUnclear(settings(proxy.url()));

            assertThat(proxy.requests()).isOne();
            assertThat(TWILIO.postCount()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 405, 407, 408, 409, 410, 413, 415, 421, 422, 425, 429, 431, 451})
    void isUnclearAboutATextThatSomethingOnTheWayAnswered(int status) {
        var meters = new SimpleMeterRegistry();
        for (String body : List.of(
                "<html><body>" + status + "</body></html>",
                "",
                "{\"code\":" + status + ",\"message\":\"of a gateway\"}",
                "{\"code\":\"20003\"}",
                "{\"message\":\"no code\"}",
                "[20003]")) {
            String answer = "HTTP/1.1 " + status + " Of a proxy\r\nContent-Length: " + body.length()
                    + "\r\nContent-Type: text/html\r\n\r\n" + body;
            try (var proxy = new Proxy(answer)) {
                assertThatThrownBy(() -> create(settings(proxy.url()), new TwilioAnswers(new TwilioCodes(), meters)))
                        .as(body)
                        .isInstanceOf(TwilioFailure.Unclear.class);

                assertThat(proxy.requests()).isOne();
            }
        }
        assertThat(meters.get("textonce.responses.intercepted").counter().count())
                .isEqualTo(6);
    }

    static Stream<Consumer<TwilioMessages>> otherCalls() {
        return Stream.of(
                messages -> messages.fetch("SM00000000000000000000000000000001"),
                messages -> messages.cancel("SM00000000000000000000000000000001"),
                messages -> messages.redact("SM00000000000000000000000000000001"),
                messages -> messages.sentTo(TO, Instant.EPOCH));
    }

    @ParameterizedTest
    @MethodSource("otherCalls")
    void learnsNothingOfAMessageFromAProxysNotFound(Consumer<TwilioMessages> call) throws IOException {
        try (var proxy = new Proxy("HTTP/1.1 404 Not Found\r\nContent-Length: 13\r\n\r\n<html></html>")) {
            var settings = settings(proxy.url());
            try (var http = new TwilioHttp(settings, answers())) {
                var messages = new TwilioMessages(TwilioConfiguration.restClient(settings, http.client()));

                assertThatThrownBy(() -> call.accept(messages)).isInstanceOf(TwilioFailure.Unclear.class);
            }
        }
    }

    @Test
    void knowsThatAProxyDidNotConnect() {
        String before = System.getProperty("https.proxyPort");
        try (var proxy = new Proxy("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")) {
            System.setProperty("https.proxyHost", "127.0.0.1");
            System.setProperty(
                    "https.proxyPort", Integer.toString(URI.create(proxy.url()).getPort()));

            assertNotProcessed(settings("https://twilio.invalid"));

            assertThat(proxy.received()).startsWith("CONNECT twilio.invalid:443");
        } finally {
            System.clearProperty("https.proxyHost");
            if (before == null) {
                System.clearProperty("https.proxyPort");
            } else {
                System.setProperty("https.proxyPort", before);
            }
        }
    }

    @Test
    void writesThePlannedTimeWithItsZone() {
        TWILIO.always(Fault.stopsAt("scheduled"));
        var at = ZonedDateTime.now(ZoneOffset.UTC).plusHours(1);

        var settings = settings(TWILIO.baseUrl());
        try (var http = new TwilioHttp(settings, answers())) {
            Message.creator(new PhoneNumber(TO), SERVICE, "Tomorrow at nine.")
                    .setScheduleType(Message.ScheduleType.FIXED)
                    .setSendAt(at)
                    .create(TwilioConfiguration.restClient(settings, http.client()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }

        assertThat(TWILIO.posts())
                .singleElement()
                .satisfies(post -> assertThat(post.parameter("SendAt"))
                        .isEqualTo(
                                at.truncatedTo(ChronoUnit.SECONDS).toInstant().toString()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 201 Created\r\nContent-Length: 400\r\n\r\n{\"sid\": \"SM",
                "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{\"sid\": \"SM",
                "HTTP/1.1 400 Bad Request\r\nContent-Length: 400\r\n\r\n{\"code\": 21211",
                "this is not HTTP\r\n\r\n",
            })
    void isUnclearAboutATextWhoseAnswerBreaksOff(String answer) {
        try (var proxy = new Proxy(answer)) {
            assertUnclear(settings(proxy.url()));

            assertThat(proxy.requests()).isOne();
        }
    }

    @Test
    void knowsThatNobodyListened() throws IOException {
        int port;
        try (var taken = new ServerSocket(0)) {
            port = taken.getLocalPort();
        }

        assertNotProcessed(settings("http://127.0.0.1:" + port));
    }

    @Test
    void knowsThatTheNameHasNoAddress() {
        assertNotProcessed(settings("https://twilio.invalid"));
    }

    @Test
    void reportsThatTwilioIsAwayUntilItResponds() throws IOException {
        var now = new AtomicReference<>(Instant.parse("2026-11-23T03:00:00Z"));
        InstantSource source = now::get;
        var peers = new PeerMonitor(source.withZone(ZoneOffset.UTC));

        create(settings("https://twilio.invalid"), peers);
        now.set(now.get().plusSeconds(30));
        create(settings("https://twilio.invalid"), peers);
        assertThat(peers.health().getDetails().get("twilio").toString())
                .startsWith(
                        "unavailable since 2026-11-23T03:00:00Z: Twilio could not be reached: UnknownHostException");

        TWILIO.always(Fault.refuses(21211));
        create(settings(TWILIO.baseUrl()), peers);
        assertThat(peers.health().getDetails()).containsEntry("twilio", "up");
    }

    private static void create(TwilioSettings settings, PeerMonitor peers) throws IOException {
        var clock = new TwilioClock(Clock.systemUTC());
        try (var http = new TwilioHttp(() -> settings, answers(), clock, new TwilioPeers(peers, settings), null)) {
            assertThatThrownBy(() -> create(settings, http, lease())).isInstanceOf(TwilioFailure.class);
        }
    }

    @Test
    void knowsThatTheConnectionWasNotMadeInTime() throws IOException {
        try (var full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var waiting = new ArrayList<Socket>();
            await().until(() -> isFull(full, waiting));

            assertNotProcessed(settings("http://127.0.0.1:" + full.getLocalPort()));
            for (var socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void knowsThatNoSecureConnectionWasMade() {
        try (var plain = new Proxy("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")) {
            assertNotProcessed(settings(plain.url().replace("http:", "https:")));
        }
    }

    @Test
    void knowsThatNoConnectionOfThePoolWasFree() {
        TWILIO.forNumber(TO, 1, Fault.answersLate(Duration.ofMillis(2500)));
        var settings = settings(TWILIO.baseUrl());
        try (var http = new TwilioHttp(settings, answers())) {
            var first = CompletableFuture.supplyAsync(() -> create(settings, http, lease()));
            await().until(() -> TWILIO.postCount() == 1);

            assertThatThrownBy(() -> create(settings, http, lease())).isInstanceOf(TwilioFailure.NotProcessed.class);
            TWILIO.letGo();
            assertThat(first.join().getSid()).startsWith("SM");
            assertThat(TWILIO.postCount()).isOne();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void callsWithTheCredentialsOfNow() throws IOException {
        var before = settings(TWILIO.baseUrl(), "SK" + "0".repeat(32), "a-secret-that-was-deleted");
        var settings = new AtomicReference<>(before);
        var peers = new TwilioPeers(new PeerMonitor(Clock.systemUTC()), before);
        var clock = new TwilioClock(Clock.systemUTC());
        try (var http = new TwilioHttp(settings::get, answers(), clock, peers, null)) {
            assertThatThrownBy(() -> create(before, http, lease())).isInstanceOf(TwilioFailure.Rejected.class);

            settings.set(settings(TWILIO.baseUrl()));

            assertThat(create(before, http, lease()).getSid()).startsWith("SM");
        }
    }

    @Test
    void knowsThatAClosedClientSendsNothing() throws IOException {
        var settings = settings(TWILIO.baseUrl());
        var http = new TwilioHttp(settings, answers());
        http.close();

        assertThatThrownBy(() -> create(settings, http, lease())).isInstanceOf(TwilioFailure.NotProcessed.class);
        assertThat(TWILIO.postCount()).isZero();
    }

    @Test
    void doesNotPostOnceTheLeaseRanOut() throws IOException {
        var settings = settings(TWILIO.baseUrl());
        var ranOut = new Lease(Duration.ZERO);

        try (var http = new TwilioHttp(settings, answers())) {
            assertThatThrownBy(() -> create(settings, http, ranOut)).isInstanceOf(TwilioFailure.LeaseRanOut.class);
            assertThat(TWILIO.postCount()).isZero();

            // The only connection of the pool is free again.
            create(settings, http, lease());
            assertThat(TWILIO.postCount()).isOne();
        }
    }

    @Test
    void postsAnUrgentMessageWhileTheConnectionsOfTheOthersHang() throws Exception {
        var settings = settings(TWILIO.baseUrl());
        try (var http = new TwilioHttp(settings, answers())) {
            TWILIO.forNumber(TO, 1, hangs(Duration.ofSeconds(5)));
            var hanging = CompletableFuture.runAsync(() -> create(settings, http, lease()));
            await().until(() -> TWILIO.posts().size() == 1);

            assertThatThrownBy(() -> create(settings, http, lease())).isInstanceOf(TwilioFailure.NotProcessed.class);
            var urgent = create(settings, http.clientFor(true, () -> {}, response -> {}, List.of()));
            assertThatThrownBy(() -> UrgentClient.of(settings, http)
                            .calls()
                            .request(new Request(HttpMethod.POST, "verify", "/v2/Services/VA1/Verifications")))
                    .isInstanceOf(TwilioFailure.Rejected.class);

            assertThat(urgent.getSid()).startsWith("SM");
            assertThat(hanging).isNotDone();
            assertThat(hanging).failsWithin(Duration.ofSeconds(20));
        }
    }

    @Test
    void callsWithAnAccessTokenThatItKeepsUntilTwilioRejectsIt() throws IOException {
        try (var simulator = withOauthClient(CLIENT_SECRET)) {
            var settings = settings(simulator.baseUrl(), "", "", "", "", "shop");
            try (var http = new TwilioHttp(settings, answers())) {
                create(settings, http.client());
                create(settings, http.client());
                assertThat(simulator.issuedTokens()).isOne();

                simulator.revokeTokens();
                assertThatThrownBy(() -> create(settings, http.client()))
                        .isInstanceOfSatisfying(
                                TwilioFailure.Rejected.class,
                                rejected -> assertThat(rejected.code()).isEqualTo(20003));
                create(settings, http.client());
                assertThat(simulator.issuedTokens()).isEqualTo(2);
                assertThat(simulator.sentTo(TO)).hasSize(3);
            }
        }
    }

    @Test
    void makesNoCallWithoutAnAccessToken() throws IOException {
        try (var simulator = withOauthClient("another secret of the client")) {
            var settings = settings(simulator.baseUrl(), "", "", "", "", "shop");
            try (var http = new TwilioHttp(settings, answers())) {
                assertThatThrownBy(() -> create(settings, http.client()))
                        .isInstanceOf(TwilioFailure.NotProcessed.class)
                        .hasMessage("Twilio's OAuth server issued no token; are the client's id and secret right?");
            }
            assertThat(simulator.postCount()).isZero();
        }
    }

    /** Else messages were held until they expire, and nothing said so. */
    @Test
    void showsThatNoAccessTokenIsIssued() throws IOException {
        try (var simulator = withOauthClient("another secret of the client")) {
            var settings = settings(simulator.baseUrl(), "", "", "", "", "shop");
            var now = new AtomicReference<>(Instant.parse("2026-11-28T09:00:00Z"));
            InstantSource source = now::get;
            var peers = new PeerMonitor(source.withZone(ZoneOffset.UTC));

            create(settings, peers);
            now.set(now.get().plusSeconds(30));
            create(settings, peers);

            assertThat(peers.health().getDetails().get("twilio").toString()).contains("OAuth");
        }
    }

    /** A server that hangs is not called by each thread in its turn. */
    @Test
    void sharesTheFailureOfAnAccessToken() {
        var tokens = new AccessTokens(() -> settings(TWILIO.baseUrl(), "", "", "", "", "shop"));
        var calls = new AtomicInteger();
        AccessTokens.Endpoint away = (call, reader) -> {
            calls.incrementAndGet();
            throw new IOException("timed out");
        };

        assertThatThrownBy(() -> tokens.get(away)).isInstanceOf(TwilioFailure.NotProcessed.class);
        assertThatThrownBy(() -> tokens.get(away)).isInstanceOf(TwilioFailure.NotProcessed.class);

        assertThat(calls).hasValue(1);
    }

    @Test
    void looksAtTheLeaseLastWhenTheConnectionStandsAndNothingHasLeft() throws IOException {
        try (var server = new Proxy("")) {
            var settings = settings(server.url());
            try (var http = new TwilioHttp(settings, answers())) {
                var client = http.clientFor(
                        false,
                        () -> {
                            await().until(() -> server.connections.get() == 1);
                            throw new TwilioFailure.LeaseRanOut();
                        },
                        response -> {},
                        List.of());

                assertThatThrownBy(() -> create(settings, client)).isInstanceOf(TwilioFailure.LeaseRanOut.class);
            }
            await().until(() -> server.ended.get() == 1);
            assertThat(String.join("", server.requests)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'',                        '',     '',  https://api.twilio.com",
        "'',                        dublin, ie1, https://api.dublin.ie1.twilio.com",
        "'',                        '',     ie1, https://api.dublin.ie1.twilio.com",
        "'',                        '',     au1, https://api.sydney.au1.twilio.com",
        "'',                        '',     jp1, https://api.tokyo.jp1.twilio.com",
        "'',                        '',     us1, https://api.ashburn.us1.twilio.com",
        "'',                        ashburn, ie1, https://api.ashburn.ie1.twilio.com",
        "'',                        dublin, '',  https://api.dublin.us1.twilio.com",
        "http://127.0.0.1:4010,     '',     '',  http://127.0.0.1:4010",
        "http://127.0.0.1:4010/,    '',     '',  http://127.0.0.1:4010",
        "http://[::1]:4010,         '',     '',  http://[::1]:4010",
        "https://proxy.example.com, dublin, ie1, https://proxy.example.com", // the most exact one wins
    })
    void callsTheHostThatTheSettingsName(String baseUrl, String edge, String region, String expected)
            throws IOException {
        String path = "/2010-04-01/Accounts/" + ACCOUNT + "/Messages.json?To=%2B1415&DateSent%3E=2026-01-01";

        try (var http = new TwilioHttp(settings(baseUrl, "", "", edge, region), answers())) {
            assertThat(http.target(URI.create("https://api.twilio.com" + path))).isEqualTo(URI.create(expected + path));
        }
    }

    @Test
    void keepsTheProductInTheHostOfARegion() throws IOException {
        try (var http = new TwilioHttp(settings("", "", "", "dublin", "ie1"), answers())) {
            assertThat(http.target(URI.create("https://verify.twilio.com/v2/Services")))
                    .isEqualTo(URI.create("https://verify.dublin.ie1.twilio.com/v2/Services"));
        }
    }

    /** Nobody accepts, so every connection that is made takes a place of the few that may wait. */
    private static boolean isFull(ServerSocket server, List<Socket> waiting) throws IOException {
        var socket = new Socket();
        waiting.add(socket);
        try {
            socket.connect(server.getLocalSocketAddress(), 300);
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        }
    }

    private static void assertUnclear(TwilioSettings settings) {
        // What is no TwilioFailure came from the SDK, which couldn't read the answer: that is unclear too.
        assertThatThrownBy(() -> create(settings))
                .isNotInstanceOfAny(TwilioFailure.NotProcessed.class, TwilioFailure.Rejected.class)
                .isInstanceOf(RuntimeException.class);
    }

    private static void assertNotProcessed(TwilioSettings settings) {
        assertThatThrownBy(() -> create(settings)).isInstanceOf(TwilioFailure.NotProcessed.class);
    }

    private static TwilioAnswers answers() {
        return new TwilioAnswers(new TwilioCodes(), new SimpleMeterRegistry());
    }

    private static Message create(TwilioSettings settings) {
        return create(settings, answers());
    }

    private static Message create(TwilioSettings settings, TwilioAnswers answers) {
        try (var http = new TwilioHttp(settings, answers)) {
            return create(settings, http, lease());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Message create(TwilioSettings settings, TwilioHttp http, Lease lease) {
        return create(settings, http.clientFor(false, () -> SmsPost.requireHeld(lease), response -> {}, List.of()));
    }

    private static Message create(TwilioSettings settings, HttpClient client) {
        return Message.creator(new PhoneNumber(TO), new PhoneNumber(FROM), "Your order has shipped.")
                .create(TwilioConfiguration.restClient(settings, client));
    }

    private static TwilioSimulator withOauthClient(String secret) throws IOException {
        return TwilioSimulator.builder()
                .account(ACCOUNT, TOKEN)
                .oauthClient("shop", secret)
                .build()
                .start();
    }

    private static Lease lease() {
        return new Lease(Duration.ofMinutes(1));
    }

    private static TwilioSettings settings(String baseUrl) {
        return settings(baseUrl, "", "");
    }

    private static TwilioSettings settings(String baseUrl, String apiKey, String apiSecret) {
        return settings(baseUrl, apiKey, apiSecret, "", "");
    }

    private static TwilioSettings settings(
            String baseUrl, String apiKey, String apiSecret, String edge, String region) {
        return settings(baseUrl, apiKey, apiSecret, edge, region, "");
    }

    private static TwilioSettings settings(
            String baseUrl, String apiKey, String apiSecret, String edge, String region, String clientId) {
        return new TwilioSettings(
                ACCOUNT,
                TOKEN,
                "",
                apiKey,
                apiSecret,
                FROM,
                "",
                "",
                region,
                edge,
                baseUrl,
                1,
                Duration.ofMillis(500),
                Duration.ofSeconds(3),
                Duration.ofMillis(100),
                3,
                Duration.ofMillis(100),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofHours(1),
                List.of(),
                List.of(),
                List.of(),
                clientId,
                clientId.isEmpty() ? "" : CLIENT_SECRET);
    }

    /** A peer that answers any request with the same bytes and hangs up. */
    private static final class Proxy implements AutoCloseable {

        private final ServerSocket socket;
        private final AtomicInteger connections = new AtomicInteger();
        private final AtomicInteger ended = new AtomicInteger();
        private final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();

        private Proxy(String answer) {
            try {
                socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            var thread = new Thread(() -> serve(answer), "proxy");
            thread.setDaemon(true);
            thread.start();
        }

        private void serve(String answer) {
            while (!socket.isClosed()) {
                try (var client = socket.accept()) {
                    connections.incrementAndGet();
                    var buffer = new byte[8192];
                    int length = client.getInputStream().read(buffer);
                    requests.add(new String(buffer, 0, Math.max(0, length), US_ASCII));
                    client.getOutputStream().write(answer.getBytes(US_ASCII));
                } catch (IOException e) {
                    // The peer went first, or the test is over.
                } finally {
                    ended.incrementAndGet();
                }
            }
        }

        private String url() {
            return "http://127.0.0.1:" + socket.getLocalPort();
        }

        private String received() {
            return requests.element();
        }

        private int requests() {
            return requests.size();
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
