package io.textonce.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Sender of webhooks as Twilio's: signed, form-encoded, repeated as the fragment of the URL defines. */
final class WebhookSender {

    /** Calls at once: those of a large file share these connections, as they do at Twilio. */
    private static final int MOST_AT_ONCE = 64;

    private final Ledger ledger;
    private final Clock clock;
    private final ThreadPoolExecutor callers;
    private final Map<Duration, HttpClient> clients = new ConcurrentHashMap<>();
    private volatile @Nullable String target;

    WebhookSender(Ledger ledger, Clock clock, @Nullable String target) {
        this.ledger = ledger;
        this.clock = clock;
        this.target = target;
        this.callers = new ThreadPoolExecutor(
                MOST_AT_ONCE, MOST_AT_ONCE, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), WebhookSender::caller);
        callers.allowCoreThreadTimeOut(true);
    }

    private static Thread caller(Runnable call) {
        var thread = new Thread(call, "sandbox-webhook");
        thread.setDaemon(true);
        return thread;
    }

    void target(@Nullable String hostAndPort) {
        target = hostAndPort;
    }

    /** A call that was signed; its form may have been changed since. */
    record Signed(String url, Form form, String signature, String idempotencyToken) {

        static Signed with(String token, String url, Form form) {
            return new Signed(
                    url, form, sign(token, url, form), UUID.randomUUID().toString());
        }

        Signed tampered(String name, String value) {
            return new Signed(url, form.without(name).with(name, value), signature, idempotencyToken);
        }
    }

    static String sign(String token, String url, Form form) {
        var text = new StringBuilder(withoutUserInfo(withoutFragment(url)));
        form.parameters().stream()
                .sorted(Comparator.comparing((Map.Entry<String, String> parameter) -> parameter.getKey())
                        .thenComparing(Map.Entry::getValue))
                .forEach(parameter -> text.append(parameter.getKey()).append(parameter.getValue()));
        try {
            var mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(token.getBytes(UTF_8), "HmacSHA1"));
            return Base64.getEncoder()
                    .encodeToString(mac.doFinal(text.toString().getBytes(UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Completes with the last attempt, never exceptionally. */
    CompletableFuture<TwilioWebhook> send(Signed signed) {
        return CompletableFuture.supplyAsync(() -> call(signed), callers);
    }

    private TwilioWebhook call(Signed signed) {
        var policy = RetryPolicy.of(signed.url());
        long startedAt = System.nanoTime();
        for (int attempt = 1; ; attempt++) {
            Duration left = policy.total().minusNanos(System.nanoTime() - startedAt);
            var outcome = attempt(signed, policy, attempt, left);
            ledger.called(outcome.webhook());
            boolean timeLeft = System.nanoTime() - startedAt < policy.total().toNanos();
            if (attempt > policy.retries() || !timeLeft || !policy.covers(outcome.kind())) {
                return outcome.webhook();
            }
        }
    }

    private Outcome attempt(Signed signed, RetryPolicy policy, int number, Duration left) {
        var client = clients.computeIfAbsent(policy.connect(), WebhookSender::client);
        try {
            var response = client.send(
                    request(signed, policy.read().compareTo(left) < 0 ? policy.read() : left), BodyHandlers.ofString());
            return outcome(signed, number, response, null);
        } catch (IOException e) {
            return outcome(signed, number, null, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return outcome(signed, number, null, e);
        }
    }

    private HttpRequest request(Signed signed, Duration timeout) {
        var given = URI.create(withoutFragment(signed.url()));
        var request = HttpRequest.newBuilder(destination(given))
                .timeout(timeout.compareTo(Duration.ofMillis(1)) < 0 ? Duration.ofMillis(1) : timeout)
                .header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
                .header("Accept", "*/*")
                .header("User-Agent", "TwilioProxy/1.1")
                .header("X-Home-Region", "us1")
                .header("X-Twilio-Signature", signed.signature())
                .header("I-Twilio-Idempotency-Token", signed.idempotencyToken());
        if (given.getUserInfo() != null) {
            request.header(
                    "Authorization",
                    "Basic "
                            + Base64.getEncoder()
                                    .encodeToString(given.getUserInfo().getBytes(UTF_8)));
        }
        return request.POST(BodyPublishers.ofString(signed.form().encode())).build();
    }

    private URI destination(URI given) {
        String hostAndPort = target;
        String query = given.getRawQuery() == null ? "" : "?" + given.getRawQuery();
        return hostAndPort == null
                ? URI.create(withoutUserInfo(given.toString()))
                : URI.create("http://" + hostAndPort + given.getRawPath() + query);
    }

    private record Outcome(TwilioWebhook webhook, String kind) {}

    private Outcome outcome(
            Signed signed, int attempt, @Nullable HttpResponse<String> response, @Nullable Throwable failure) {
        int status = response == null ? 0 : response.statusCode();
        String kind = status == 0 ? kindOf(failure) : status / 100 + "xx";
        var webhook = new TwilioWebhook(
                clock.instant(),
                signed.url(),
                signed.form().parameters(),
                signed.signature(),
                attempt,
                status,
                response == null ? "" : response.body(),
                failure == null ? null : failure.toString());
        return new Outcome(webhook, kind);
    }

    private static String kindOf(@Nullable Throwable failure) {
        boolean connecting = failure instanceof ConnectException
                || failure instanceof HttpConnectTimeoutException
                || failure instanceof SSLException;
        return connecting ? "ct" : failure instanceof IOException ? "rt" : "other";
    }

    private static HttpClient client(Duration connectTimeout) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(connectTimeout)
                .build();
    }

    private static String withoutFragment(String url) {
        int hash = url.indexOf('#');
        return hash < 0 ? url : url.substring(0, hash);
    }

    private static String withoutUserInfo(String url) {
        return url.replaceFirst("^([^:/?#]+://)[^/?#@]*@", "$1");
    }

    /**
     * The overrides that a URL may carry in its fragment. Values out of range count as the default.
     *
     * @param kinds of failure that are retried: ct (connect, TLS), rt (read), 4xx, 5xx, all
     */
    private record RetryPolicy(int retries, Set<String> kinds, Duration connect, Duration read, Duration total) {

        static RetryPolicy of(String url) {
            int hash = url.indexOf('#');
            var fragment = Form.decode(hash < 0 ? "" : url.substring(hash + 1));
            String kinds = fragment.text("rp");
            return new RetryPolicy(
                    number(fragment, "rc", 0, 5, 1),
                    Set.of((kinds.isEmpty() ? "ct" : kinds).split(",")),
                    Duration.ofMillis(number(fragment, "ct", 100, 10_000, 5_000)),
                    Duration.ofMillis(number(fragment, "rt", 100, 15_000, 15_000)),
                    Duration.ofMillis(number(fragment, "tt", 100, 15_000, 15_000)));
        }

        boolean covers(String kind) {
            boolean failed = !kind.equals("2xx") && !kind.equals("3xx");
            return failed && (kinds.contains("all") || kinds.contains(kind));
        }

        private static int number(Form fragment, String name, int least, int most, int otherwise) {
            String value = fragment.text(name);
            int number = value.matches("\\d{1,5}") ? Integer.parseInt(value) : otherwise;
            return number < least || number > most ? otherwise : number;
        }
    }
}
