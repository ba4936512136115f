package io.textonce.twilio;

import com.twilio.http.HttpClient;
import com.twilio.http.HttpMethod;
import com.twilio.http.Request;
import com.twilio.http.Response;
import io.textonce.peer.PeerMonitor;
import io.textonce.privacy.RepeatedLines;
import io.textonce.settings.TwilioSettings;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.io.HttpClientResponseHandler;
import org.apache.hc.core5.http.message.BasicNameValuePair;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP client for Twilio's SDK that sends each request exactly once. The SDK's own client sends a create three times on
 * a 500 and six times on a 503, and Twilio has no idempotency key: by https://www.twilio.com/docs/api/errors/20500 a
 * retry can deliver twice. {@link TwilioAnswers} decides what a response proves.
 */
public final class TwilioHttp implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TwilioHttp.class);

    private static final RepeatedLines REPEATED = new RepeatedLines();

    /** Connections for urgent messages, and as many for one-time codes, whose host is another: neither waits for others. */
    private static final int URGENT_CONNECTIONS = 16;

    private static final int UNAUTHORIZED = 20003;

    private final Supplier<TwilioSettings> live;
    private final TwilioAnswers answers;
    private final @Nullable HttpHost base;
    private final String hostSuffix;
    private final CloseableHttpClient http;
    private final CloseableHttpClient urgentHttp;
    private final RequestConfig requestConfig;
    private final TwilioPeers peers;
    private final AccessTokens tokens;

    TwilioHttp(TwilioSettings settings, TwilioAnswers answers) {
        this(
                () -> settings,
                answers,
                new TwilioClock(Clock.systemUTC()),
                new TwilioPeers(new PeerMonitor(Clock.systemUTC()), settings),
                null);
    }

    /**
     * @param live of which the credentials may change
     * @param around interceptor of each call, or null
     */
    TwilioHttp(
            Supplier<TwilioSettings> live,
            TwilioAnswers answers,
            TwilioClock clock,
            TwilioPeers peers,
            @Nullable ExecChainHandler around) {
        var settings = live.get();
        this.live = live;
        this.answers = answers;
        this.peers = peers;
        this.tokens = new AccessTokens(live);
        this.base = settings.baseUrl().isEmpty() ? null : HttpHost.create(URI.create(settings.baseUrl()));
        this.hostSuffix = hostSuffix(settings.edgeOfRegion(), settings.region());
        this.requestConfig = RequestConfig.custom()
                .setConnectionRequestTimeout(Timeout.of(settings.poolTimeout()))
                .setResponseTimeout(Timeout.of(settings.readTimeout()))
                .setRedirectsEnabled(false)
                .build();
        this.http = http(settings, settings.connections(), clock, around);
        this.urgentHttp = http(settings, URGENT_CONNECTIONS, clock, around);
    }

    private static CloseableHttpClient http(
            TwilioSettings settings, int most, TwilioClock clock, @Nullable ExecChainHandler around) {
        var connections = ConnectionConfig.custom()
                .setConnectTimeout(Timeout.of(settings.connectTimeout()))
                .setSocketTimeout(Timeout.of(settings.readTimeout()))
                // A connection that Twilio closed while it lay idle would make the next call's outcome unclear.
                .setValidateAfterInactivity(TimeValue.ofSeconds(1))
                .setTimeToLive(TimeValue.ofMinutes(5))
                .build();
        var client = HttpClientBuilder.create()
                .useSystemProperties()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .useSystemProperties()
                        .setDefaultConnectionConfig(connections)
                        .setMaxConnTotal(Math.max(most, 2 * URGENT_CONNECTIONS))
                        .setMaxConnPerRoute(most)
                        .build())
                .evictExpiredConnections()
                .evictIdleConnections(TimeValue.ofSeconds(30))
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression();
        if (around != null) {
            client.addExecInterceptorFirst("around", around);
        }
        return client.addExecInterceptorFirst("clock", clock::call).build();
    }

    /** Returns the SDK's client for calls that create no message. */
    HttpClient client() {
        return clientFor(false, () -> {}, response -> {}, List.of());
    }

    /**
     * Returns the SDK's client for one create.
     *
     * @param isUrgent whether it may use the connections of urgent messages
     * @param lastCheck runs just before the first byte of the request; when it throws, none is sent
     * @param answered accepts the response, whatever it is
     * @param more parameters that the SDK does not know
     */
    HttpClient clientFor(
            boolean isUrgent,
            Runnable lastCheck,
            Consumer<HttpResponse> answered,
            List<Map.Entry<String, String>> more) {
        return new OnePost(isUrgent ? urgentHttp : http, lastCheck, answered, more);
    }

    @Override
    public void close() throws IOException {
        try (urgentHttp) {
            http.close();
        }
    }

    private final class OnePost extends HttpClient {

        private final CloseableHttpClient connections;
        private final Runnable lastCheck;
        private final Consumer<HttpResponse> answered;
        private final List<Map.Entry<String, String>> more;

        private OnePost(
                CloseableHttpClient connections,
                Runnable lastCheck,
                Consumer<HttpResponse> answered,
                List<Map.Entry<String, String>> more) {
            this.connections = connections;
            this.lastCheck = lastCheck;
            this.answered = answered;
            this.more = more;
        }

        /** Sends once, whatever the response: the SDK's retry loop must not run. */
        @Override
        public Response reliableRequest(Request request) {
            return makeRequest(request);
        }

        @Override
        public Response makeRequest(Request request) {
            more.forEach(parameter -> request.addPostParam(parameter.getKey(), parameter.getValue()));
            var call = call(request, lastCheck);
            var peer = peers.of(request);
            try {
                if (tokens.areUsed() && request.requiresAuthentication()) {
                    call.setHeader(HttpHeaders.AUTHORIZATION, "Bearer " + tokens.get(TwilioHttp.this::token));
                }
                var response = connections.execute(target(call), call, answer -> {
                    answered.accept(answer);
                    return answers.read(answer, left(call));
                });
                peer.succeeded();
                return response;
            } catch (TwilioFailure e) {
                if (e instanceof TwilioFailure.Rejected rejected && rejected.code() == UNAUTHORIZED) {
                    tokens.forget();
                }
                TwilioPeers.report(peer, e);
                throw e;
            } catch (IOException | IllegalStateException e) {
                var failure = failure(e, left(call));
                if (!(e instanceof ConnectionRequestTimeoutException)) {
                    TwilioPeers.report(peer, failure);
                }
                throw failure;
            }
        }
    }

    private String token(HttpPost call, HttpClientResponseHandler<String> reader) throws IOException {
        call.setUri(target(AccessTokens.ENDPOINT));
        call.setConfig(requestConfig);
        return urgentHttp.execute(target(call), call, reader);
    }

    private HttpUriRequestBase call(Request request, Runnable lastCheck) {
        var call = new HttpUriRequestBase(
                request.getMethod().toString(),
                target(URI.create(request.constructURL().toString())));
        call.setConfig(requestConfig);
        call.setHeader(HttpHeaders.ACCEPT, "application/json");
        call.setHeader(HttpHeaders.USER_AGENT, "TextOnce");
        if (request.requiresAuthentication()) {
            // Not those that the SDK was made with.
            call.setHeader(HttpHeaders.AUTHORIZATION, live.get().restAuthorization());
        }
        if (request.getMethod() != HttpMethod.GET) {
            var form = new ArrayList<BasicNameValuePair>();
            request.getPostParams()
                    .forEach((name, values) ->
                            values.forEach(value -> form.add(new BasicNameValuePair(name, zoned(name, value)))));
            call.setEntity(new CallForm(form, call, lastCheck));
        }
        return call;
    }

    /**
     * Adds the zone to the time of a create, which the SDK writes without it in UTC; Twilio would reject it (35115).
     */
    private static String zoned(String name, String value) {
        return name.equals("SendAt") && !value.endsWith("Z") ? value + "Z" : value;
    }

    /** Returns the real target of a call, given the SDK's. */
    URI target(URI sdk) {
        String path = sdk.getRawQuery() == null ? sdk.getRawPath() : sdk.getRawPath() + "?" + sdk.getRawQuery();
        return base != null
                ? URI.create(base.toURI() + path)
                : URI.create("https://" + sdk.getHost().replace(".twilio.com", hostSuffix) + path);
    }

    private static HttpHost target(HttpUriRequestBase call) {
        return new HttpHost(call.getScheme(), call.getAuthority());
    }

    /** Returns whether Twilio may have the call; one without a form changes nothing there. */
    private static boolean left(HttpUriRequestBase call) {
        return !(call.getEntity() instanceof CallForm form) || form.isWritten();
    }

    private static TwilioFailure failure(Exception e, boolean left) {
        String kind = e.getClass().getSimpleName();
        REPEATED.log(
                kind, omitted -> LOG.info("A call to Twilio failed: {} ({} more since the last line)", kind, omitted));
        if (!left) {
            return new TwilioFailure.NotProcessed("Twilio could not be reached", e);
        }
        if (e instanceof InterruptedIOException) {
            return new TwilioFailure.Unclear("Twilio did not respond in time", e);
        }
        return new TwilioFailure.Unclear("The connection to Twilio was lost", e);
    }

    static String hostSuffix(String edge, String region) {
        return edge.isEmpty() ? ".twilio.com" : "." + edge + "." + (region.isEmpty() ? "us1" : region) + ".twilio.com";
    }
}
