package io.textonce.security;

import io.textonce.http.TimedBody;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.client.RestTemplate;

/**
 * Rate limit of the requests for the issuer's metadata and keys. A token that names an unknown key makes Spring fetch the keys
 * again, and anyone can send one: the issuer would block us, and then no token could be verified. A few requests in a row are
 * possible, since the issuer may sign with a new key right after we have fetched the others. A failure is kept for a moment,
 * too, so that callers of an issuer that hangs do not wait for it one after the other.
 */
final class IssuerClient implements ClientHttpRequestInterceptor {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    /** Far more than the keys of any issuer. */
    private static final int MOST_BYTES = 1 << 20;

    private static final Duration WINDOW = Duration.ofSeconds(15);
    private static final int MOST_IN_WINDOW = 3;
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Map<URI, Answer> answers = new ConcurrentHashMap<>();
    private final Duration timeout;
    private final LongSupplier nanos;

    IssuerClient(Duration timeout, LongSupplier nanos) {
        this.timeout = timeout;
        this.nanos = nanos;
    }

    static RestTemplate http() {
        return http(TIMEOUT, System::nanoTime);
    }

    static RestTemplate http(Duration timeout, LongSupplier nanos) {
        var requests = new SimpleClientHttpRequestFactory();
        requests.setConnectTimeout(timeout);
        requests.setReadTimeout(timeout);
        var http = new RestTemplate(requests);
        http.getInterceptors().add(new IssuerClient(timeout, nanos));
        return http;
    }

    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        var kept = answers.get(request.getURI());
        if (kept == null || mayRepeat(kept)) {
            kept = answer(request, body, execution, kept);
            answers.put(request.getURI(), kept);
        }
        if (kept.failure() != null) {
            throw new IOException(kept.failure());
        }
        return kept;
    }

    private boolean mayRepeat(Answer kept) {
        long now = nanos.getAsLong();
        return kept.status().is2xxSuccessful()
                ? kept.since(now - WINDOW.toNanos()).size() < MOST_IN_WINDOW
                : now - kept.nanos() > PAUSE.toNanos();
    }

    private Answer answer(
            HttpRequest request, byte[] body, ClientHttpRequestExecution execution, @Nullable Answer before) {
        long now = nanos.getAsLong();
        var times = new ArrayList<>(before == null ? List.<Long>of() : before.since(now - WINDOW.toNanos()));
        // The stream is closed before the response, which would read the rest of it.
        try (var response = execution.execute(request, body);
                var stream = response.getBody()) {
            var status = response.getStatusCode();
            byte[] content = TimedBody.read(stream, MOST_BYTES, timeout);
            if (status.is2xxSuccessful()) {
                times.add(now);
            }
            return new Answer(nanos.getAsLong(), times, status, response.getHeaders(), content, null);
        } catch (IOException e) {
            return new Answer(nanos.getAsLong(), times, HttpStatusCode.valueOf(503), new HttpHeaders(), new byte[0], e);
        }
    }

    /**
     * Response of the issuer, or why there is none.
     *
     * @param times when responses were received in the window, this one included
     */
    private record Answer(
            long nanos,
            List<Long> times,
            HttpStatusCode status,
            HttpHeaders headers,
            byte[] content,
            @Nullable IOException failure)
            implements ClientHttpResponse {

        List<Long> since(long begin) {
            return times.stream().filter(time -> time - begin > 0).toList();
        }

        @Override
        public HttpStatusCode getStatusCode() {
            return status;
        }

        @Override
        public String getStatusText() {
            return "";
        }

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }

        @Override
        public InputStream getBody() {
            return new ByteArrayInputStream(content);
        }

        @Override
        public void close() {
            // There is nothing to close: the content was read.
        }
    }
}
