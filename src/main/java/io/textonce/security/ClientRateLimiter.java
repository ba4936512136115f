package io.textonce.security;

import io.textonce.http.AdmissionControl;
import io.textonce.http.Problem;
import io.textonce.settings.TextOnceProperties.Client;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Client rate limiter, so that one client does not crowd out the others. It counts per process: it protects the
 * process, a restart loses nothing but a second's count, and a row that every request of a client must update would be
 * the slowest part. Limits on what costs money are counted in the database instead.
 *
 * <p>A client has a burst of one second: the rule is the generic cell rate algorithm (ITU-T I.371).
 */
final class ClientRateLimiter extends OncePerRequestFilter {

    private static final long SECOND = 1_000_000_000L;

    private final Map<String, Long> paidUntil = new ConcurrentHashMap<>();
    private final int perSecond;
    private final Map<String, Client> clients;
    private final AuthenticationFailureHandler failureHandler;

    /** @param perSecond of a client that has no rate of its own */
    ClientRateLimiter(int perSecond, Map<String, Client> clients, AuthenticationFailureHandler failureHandler) {
        this.perSecond = perSecond;
        this.clients = clients;
        this.failureHandler = failureHandler;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String client = request.getRemoteUser();
        if (client == null || takes(client, System::nanoTime)) {
            chain.doFilter(request, response);
        } else {
            failureHandler.count("rate");
            AdmissionControl.answer(
                    response,
                    new Problem(
                            429,
                            "too_many_requests",
                            "This client exceeds its limit of " + perSecond(client) + " requests per second.",
                            Map.of(),
                            null,
                            Duration.ofSeconds(1)));
        }
    }

    /**
     * Returns whether a client is within its limit.
     *
     * @param clock a monotonic one, in nanoseconds. It is read when the requests before have paid: a thread that was
     *     suspended in between would take their payments for a debt.
     */
    boolean takes(String client, LongSupplier clock) {
        long price = SECOND / perSecond(client);
        boolean[] taken = new boolean[1];
        paidUntil.compute(client, (name, known) -> {
            long now = clock.getAsLong();
            long from = known == null || known - now < 0 ? now : known;
            taken[0] = from - now + price <= SECOND;
            return taken[0] ? Long.valueOf(from + price) : known;
        });
        return taken[0];
    }

    private int perSecond(String client) {
        var known = clients.get(client);
        return known == null || known.requestsPerSecond() == null ? perSecond : known.requestsPerSecond();
    }
}
