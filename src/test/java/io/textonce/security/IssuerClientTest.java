package io.textonce.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.sun.net.httpserver.HttpServer;
import io.textonce.sandbox.LoopbackServer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestTemplate;

/** Threat: tokens that name unknown keys, or an issuer that hangs. */
class IssuerClientTest {

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch end = new CountDownLatch(1);

    /** With a time-out that is longer than a response takes, however slow this machine is. */
    private final RestTemplate http = IssuerClient.http(Duration.ofSeconds(10), nanos::get);

    private final RestTemplate impatient = IssuerClient.http(Duration.ofSeconds(2), nanos::get);
    private volatile int status = 200;
    private HttpServer issuer;

    @BeforeEach
    void start() {
        issuer = LoopbackServer.on(0);
        issuer.setExecutor(Executors.newCachedThreadPool());
        issuer.createContext("/keys", exchange -> {
            byte[] body = ("{\"keys\":" + requests.incrementAndGet() + "}").getBytes();
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        issuer.createContext("/hanging", exchange -> {
            requests.incrementAndGet();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        issuer.createContext("/slow", exchange -> {
            requests.incrementAndGet();
            exchange.sendResponseHeaders(200, 0);
            try (var body = exchange.getResponseBody()) {
                // A byte comes well before the time-out of a read.
                while (!end.await(100, TimeUnit.MILLISECONDS)) {
                    body.write(' ');
                    body.flush();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        issuer.start();
    }

    @AfterEach
    void stop() {
        end.countDown();
        issuer.stop(0);
    }

    @Test
    void fetchesTheKeysAFewTimesForManyUnknownOnes() {
        for (int i = 0; i < 100; i++) {
            get("/keys");
        }
        assertThat(requests).hasValue(3);
        pass(Duration.ofSeconds(14));
        get("/keys");
        assertThat(requests).hasValue(3);
        pass(Duration.ofSeconds(2));

        assertThat(get("/keys")).isEqualTo("{\"keys\":4}");
    }

    /** The issuer signs with a new key as soon as it lists it. */
    @Test
    void findsAKeyThatIsNewSinceTheLastRequest() {
        assertThat(get("/keys")).isEqualTo("{\"keys\":1}");

        assertThat(get("/keys")).isEqualTo("{\"keys\":2}");
    }

    @Test
    void triesAFailedIssuerAgainAfterASecond() {
        status = 500;
        assertThatThrownBy(() -> get("/keys")).isInstanceOf(RestClientException.class);
        assertThatThrownBy(() -> get("/keys")).isInstanceOf(RestClientException.class);
        assertThat(requests).hasValue(1);
        status = 200;
        pass(Duration.ofMillis(1100));

        assertThat(get("/keys")).isEqualTo("{\"keys\":2}");
    }

    @Test
    void waitsForAHangingIssuerOnlyAWhileAndOnce() {
        assertThatThrownBy(() -> get(impatient, "/hanging")).isInstanceOf(RestClientException.class);
        assertThatThrownBy(() -> get(impatient, "/hanging")).isInstanceOf(RestClientException.class);

        assertThat(requests).hasValue(1);
    }

    @Test
    void waitsForASlowIssuerOnlyAWhileAndOnce() {
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThatThrownBy(() -> get(impatient, "/slow")).isInstanceOf(RestClientException.class));
        assertThatThrownBy(() -> get(impatient, "/slow")).isInstanceOf(RestClientException.class);

        assertThat(requests).hasValue(1);
    }

    private String get(String path) {
        return get(http, path);
    }

    private String get(RestTemplate http, String path) {
        return http.getForObject("http://127.0.0.1:" + issuer.getAddress().getPort() + path, String.class);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
