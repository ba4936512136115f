package io.textonce.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.http.RejectionCounter;
import io.textonce.settings.TextOnceProperties.Client;
import io.textonce.settings.TextOnceProperties.Role;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.LongStream;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class ClientRateLimiterTest {

    private static final long SECOND = 1_000_000_000L;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ClientRateLimiter rate = new ClientRateLimiter(
            10,
            Map.of("clinic", new Client(List.of(), Set.of(), Set.of(), Role.SENDER, 3, null)),
            new AuthenticationFailureHandler(
                    Duration.ZERO,
                    mock(ScheduledExecutorService.class),
                    meters,
                    new RejectionCounter(
                            new StaticListableBeanFactory().getBeanProvider(CamelContext.class), Set.of(), meters)));

    @Test
    void servesASecondsWorthAtOnceAndThenAtItsPace() {
        assertThat(served("shop", 0, 25)).isEqualTo(10);
        assertThat(served("shop", SECOND / 10, 5)).isEqualTo(1);
        assertThat(served("shop", SECOND, 25)).isEqualTo(9);
    }

    @Test
    void savesUpNoMoreThanASecond() {
        served("shop", 0, 25);

        assertThat(served("shop", 60 * SECOND, 25)).isEqualTo(10);
    }

    @Test
    void countsEachClientApartAndByItsOwnRate() {
        served("shop", 0, 25);

        assertThat(served("clinic", 0, 25)).isEqualTo(3);
        assertThat(served("somebody of the issuer's", 0, 25)).isEqualTo(10);
    }

    @Test
    void goesOnWhenTheClockPassesItsLargestNumber() {
        long late = Long.MAX_VALUE - SECOND / 2;
        served("shop", late, 25);

        assertThat(served("shop", late + SECOND, 25)).isEqualTo(10);
    }

    @Test
    void answersWithWhenToComeAgain() throws Exception {
        var last = new MockHttpServletResponse();
        for (int i = 0; i < 4; i++) {
            var request = new MockHttpServletRequest("POST", "/api/order-shipped-sms");
            request.setRemoteUser("clinic");
            last = new MockHttpServletResponse();
            rate.doFilter(request, last, new MockFilterChain());
        }

        assertThat(last.getStatus()).isEqualTo(429);
        assertThat(last.getHeader("Retry-After")).isEqualTo("1");
        assertThat(last.getContentAsString()).contains("\"error\":\"too_many_requests\"");
        assertThat(meters.counter("textonce.authentications.failed", "reason", "rate")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void leavesWhoeverNeedsNoTokenAlone() throws Exception {
        for (int i = 0; i < 50; i++) {
            var response = new MockHttpServletResponse();
            rate.doFilter(new MockHttpServletRequest("POST", "/twilio/inbound"), response, new MockFilterChain());
            assertThat(response.getStatus()).isEqualTo(200);
        }
    }

    private long served(String client, long at, int requests) {
        return LongStream.range(0, requests)
                .filter(i -> rate.takes(client, () -> at))
                .count();
    }
}
