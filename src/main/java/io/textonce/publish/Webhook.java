package io.textonce.publish;

import io.textonce.network.OutboundProxy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Webhook of a client by Standard Webhooks. A call is bounded in time, its response in length, and no redirect is
 * followed. Deliveries are published in parallel, the changes of one delivery one after the other.
 */
final class Webhook implements Receiver {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final int MOST_ANSWER = 64 * 1024;

    /** Marker of an event for which there was no time. */
    private static final Failure LATER = new Failure("later");

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();

    private final URI url;
    private final Supplier<WebhookSignature> signature;
    private final URI source;
    private final Duration timeout;
    private final int parallel;
    private final Clock clock;

    Webhook(URI url, Supplier<WebhookSignature> signature, URI source, Duration timeout, int parallel, Clock clock) {
        this.url = url;
        this.signature = signature;
        this.source = source;
        this.timeout = timeout;
        this.parallel = parallel;
        this.clock = clock;
    }

    @Override
    public Outcome publish(List<StatusEvent> events) {
        long end = System.nanoTime() + LONGEST.toNanos();
        var places = new Semaphore(parallel);
        var stop = new AtomicBoolean();
        List<CompletableFuture<@Nullable Failure>> calls = new ArrayList<>();
        Map<UUID, CompletableFuture<@Nullable Failure>> last = new HashMap<>();
        for (var event : events) {
            places.acquireUninterruptibly();
            if (stop.get()) {
                break;
            }
            var before = last.getOrDefault(event.delivery(), CompletableFuture.completedFuture(null));
            var call = before.thenCompose(failure -> {
                        if (failure != null) {
                            return before;
                        }
                        return System.nanoTime() < end ? post(event) : CompletableFuture.completedFuture(LATER);
                    })
                    .whenComplete((failure, thrown) -> {
                        if (failure != null || thrown != null) {
                            stop.set(true);
                        }
                        places.release();
                    });
            last.put(event.delivery(), call);
            calls.add(call);
        }
        return outcome(calls);
    }

    private static Outcome outcome(List<CompletableFuture<@Nullable Failure>> calls) {
        int had = 0;
        Failure first = null;
        for (var call : calls) {
            var failure = call.join();
            if (first == null && failure == null) {
                had++;
            } else if (first == null) {
                first = failure;
            }
        }
        return new Outcome(had, first == LATER ? null : first);
    }

    private CompletableFuture<@Nullable Failure> post(StatusEvent event) {
        String body = event.json(source);
        long now = clock.instant().getEpochSecond();
        var request = HttpRequest.newBuilder(url)
                .timeout(timeout)
                .header("Content-Type", StatusEvent.MEDIA_TYPE)
                .header("User-Agent", "TextOnce")
                .header("webhook-id", event.id())
                .header("webhook-timestamp", Long.toString(now))
                .header("webhook-signature", signature.get().of(event.id(), now, body))
                .POST(BodyPublishers.ofString(body));
        OutboundProxy.installed()
                .flatMap(proxy -> proxy.authorization(url))
                .ifPresent(credentials -> request.header("Proxy-Authorization", credentials));
        var call = http.sendAsync(request.build(), head -> new Start());
        // The time-out of the request ends with the head of the response.
        return call.copy().orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS).handle((answer, thrown) -> {
            if (thrown == null) {
                return failure(answer);
            }
            call.cancel(true);
            return failure(thrown);
        });
    }

    private @Nullable Failure failure(HttpResponse<?> answer) {
        int status = answer.statusCode();
        if (status >= 200 && status < 300) {
            return null;
        }
        if (status == 407) {
            return new Failure("The proxy rejected our user or password");
        }
        if (status == 410) {
            return new Failure("HTTP 410: the subscriber wants no more events", true, null);
        }
        var seconds = answer.headers()
                .firstValue("Retry-After")
                .filter(value -> value.matches("\\d{1,6}"))
                .map(value -> Duration.ofSeconds(Long.parseLong(value)));
        return new Failure("HTTP " + status, false, seconds.orElse(null));
    }

    private Failure failure(Throwable thrown) {
        var cause = thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (cause instanceof IOException && String.valueOf(cause.getMessage()).contains("through proxy")) {
            return new Failure("The proxy did not connect");
        }
        return cause instanceof HttpTimeoutException || cause instanceof TimeoutException
                ? new Failure("No response within " + timeout.toSeconds() + " s")
                : new Failure("Could not connect: " + cause.getClass().getSimpleName());
    }

    /** Discards a response, so that its connection can be reused, and aborts a long one. */
    private static final class Start implements HttpResponse.BodySubscriber<Boolean> {

        private final CompletableFuture<Boolean> read = new CompletableFuture<>();
        private Flow.@Nullable Subscription subscription;
        private long length;

        @Override
        public CompletionStage<Boolean> getBody() {
            return read;
        }

        @Override
        public void onSubscribe(Flow.Subscription body) {
            subscription = body;
            body.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            length += buffers.stream().mapToLong(ByteBuffer::remaining).sum();
            if (length > MOST_ANSWER && subscription != null) {
                subscription.cancel();
                read.complete(false);
            }
        }

        @Override
        public void onError(Throwable thrown) {
            // The head of the response was received, and that is what counts.
            read.complete(false);
        }

        @Override
        public void onComplete() {
            read.complete(true);
        }
    }
}
