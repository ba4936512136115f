package io.textonce.twilio;

import com.fasterxml.jackson.databind.JsonNode;
import io.textonce.settings.TwilioSettings;
import io.textonce.tuning.SharedBuffers;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.entity.UrlEncodedFormEntity;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.io.HttpClientResponseHandler;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.message.BasicNameValuePair;
import org.jspecify.annotations.Nullable;

/**
 * Access token of OAuth client credentials (https://www.twilio.com/docs/iam/oauth-apps/oauth-access-token). It is fetched
 * when a call needs it, and kept until a minute before it expires. Without it no call is made, so nothing is at Twilio.
 */
final class AccessTokens {

    static final URI ENDPOINT = URI.create("https://oauth.twilio.com/v2/token");

    private static final Duration MARGIN = Duration.ofMinutes(1);

    /** Time for which a failure is that of all calls: those that waited for a server that hangs try no more, one by one. */
    private static final Duration FAILED = Duration.ofSeconds(1);

    private final Supplier<TwilioSettings> live;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable String token;
    private long expiresAtNanos;
    private TwilioFailure.@Nullable NotProcessed failure;
    private long failedAtNanos;

    AccessTokens(Supplier<TwilioSettings> live) {
        this.live = live;
    }

    boolean areUsed() {
        return !live.get().clientId().isEmpty();
    }

    /**
     * Returns the token; only one thread fetches a new one, and the others wait for it, or for its failure.
     *
     * @throws TwilioFailure.NotProcessed if there is none
     */
    String get(Endpoint endpoint) {
        lock.lock();
        try {
            if (token == null || System.nanoTime() - expiresAtNanos > 0) {
                if (failure != null && System.nanoTime() - failedAtNanos < FAILED.toNanos()) {
                    throw failure;
                }
                var issued = issue(endpoint);
                token = issued.path("access_token").asText();
                var lasts = Duration.ofSeconds(issued.path("expires_in").asLong(3600))
                        .minus(MARGIN);
                expiresAtNanos = System.nanoTime() + lasts.toNanos();
            }
            return token;
        } catch (TwilioFailure.NotProcessed e) {
            if (e != failure) {
                failure = e;
                failedAtNanos = System.nanoTime();
            }
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets a token that Twilio does not accept any more. */
    void forget() {
        lock.lock();
        try {
            token = null;
        } finally {
            lock.unlock();
        }
    }

    private JsonNode issue(Endpoint endpoint) {
        var settings = live.get();
        var call = new HttpPost(ENDPOINT);
        call.setEntity(new UrlEncodedFormEntity(
                List.of(
                        new BasicNameValuePair("grant_type", "client_credentials"),
                        new BasicNameValuePair("client_id", settings.clientId()),
                        new BasicNameValuePair("client_secret", settings.clientSecret())),
                StandardCharsets.UTF_8));
        try {
            var issued = SharedBuffers.JSON.readTree(endpoint.call(call, AccessTokens::text));
            if (issued.path("access_token").isTextual()) {
                return issued;
            }
        } catch (IOException e) {
            throw new TwilioFailure.NotProcessed("Twilio's OAuth server could not be reached", e);
        }
        throw new TwilioFailure.NotProcessed(
                "Twilio's OAuth server issued no token; are the client's id and secret right?", (Throwable) null);
    }

    private static String text(ClassicHttpResponse response) throws IOException {
        try {
            return response.getEntity() == null ? "{}" : EntityUtils.toString(response.getEntity());
        } catch (ParseException e) {
            return "{}";
        }
    }

    /** Way to the OAuth server. */
    @FunctionalInterface
    interface Endpoint {

        String call(HttpPost call, HttpClientResponseHandler<String> reader) throws IOException;
    }
}
