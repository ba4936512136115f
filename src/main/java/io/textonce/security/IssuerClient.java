package io.textonce.security;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
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
import org.springframework.util.StreamUtils;
import org.springframework.web.client.RestTemplate;

/**
 * Rate limit of the requests for the issuer's metadata and keys. A token that names an unknown key makes Spring fetch the keys
 * again, and anyone can send one: the issuer would block us, and then no token could be verified. A failure is kept for
 * a moment, too, so that callers of an issuer that hangs do not wait for it one after the other.
 */
final class IssuerClient implements ClientHttpRequestInterceptor {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration FRESH = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Map<URI, Answer> answers = new ConcurrentHashMap<>();
    private final LongSupplier nanos;

    IssuerClient(LongSupplier nanos) {
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
        http.getInterceptors().add(new IssuerClient(nanos));
        return http;
    }

    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        var kept = answers.get(request.getURI());
        if (kept == null || nanos.getAsLong() - kept.nanos() > kept.age().toNanos()) {
            kept = answer(request, body, execution);
            answers.put(request.getURI(), kept);
        }
        if (kept.failure() != null) {
            throw new IOException(kept.failure());
        }
        return kept;
    }

    private Answer answer(HttpRequest request, byte[] body, ClientHttpRequestExecution execution) {
        try (var response = execution.execute(request, body)) {
            var status = response.getStatusCode();
            byte[] content = StreamUtils.copyToByteArray(response.getBody());
            return new Answer(nanos.getAsLong(), status, response.getHeaders(), content, null);
        } catch (IOException e) {
            return new Answer(nanos.getAsLong(), HttpStatusCode.valueOf(503), new HttpHeaders(), new byte[0], e);
        }
    }

    /** Response of the issuer, or why there is none. */
    private record Answer(
            long nanos,
            HttpStatusCode status,
            HttpHeaders headers,
            byte[] content,
            @Nullable IOException failure) implements ClientHttpResponse {

        Duration age() {
            return status.is2xxSuccessful() ? FRESH : PAUSE;
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
