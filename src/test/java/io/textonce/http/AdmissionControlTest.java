package io.textonce.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.hotload.ReplacedPaths;
import io.textonce.peer.Activity;
import io.textonce.settings.HttpSettings;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.util.unit.DataSize;

/** A gate of two places for callers and one for Twilio. A request is under way until its route has answered. */
class AdmissionControlTest {

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicBoolean running = new AtomicBoolean(true);
    private AdmissionControl gate = gate(2);
    private final AtomicInteger seen = new AtomicInteger();
    private final FilterChain route = (request, response) -> seen.incrementAndGet();

    @Test
    void turnsACallerAwayBeforeAnyRouteWhenEveryPlaceIsTaken() throws Exception {
        var third = new AtomicReference<MockHttpServletResponse>();

        whileUnderWay(2, () -> third.set(pass("/api/order-shipped-sms", route)));

        assertThat(seen).hasValue(0);
        assertThat(third.get().getStatus()).isEqualTo(503);
        assertThat(third.get().getHeader("Retry-After")).containsOnlyDigits();
        assertThat(third.get().getContentType()).isEqualTo("application/problem+json");
        assertThat(third.get().getContentAsString()).contains("\"error\":\"overloaded\"");
    }

    @Test
    void keepsAPlaceForTwilioWhenCallersTakeAllOfTheirs() throws Exception {
        var second = new AtomicReference<MockHttpServletResponse>();

        whileUnderWay(
                2,
                () -> pass("/twilio/status-callback", (request, response) -> {
                    seen.incrementAndGet();
                    second.set(pass("/twilio/status-callback", route));
                }));

        assertThat(seen).hasValue(1);
        assertThat(second.get().getStatus()).isEqualTo(503);
    }

    /** Beside sixteen places two are reserved. */
    @ParameterizedTest
    @ValueSource(strings = {"/api/verify/start", "/api/verify/check", "/api/incident-alert-sms"})
    void reservesPlacesForCodesAndIncidentsWhenOthersTakeAllOfTheirs(String path) throws Exception {
        gate = gate(16);

        whileUnderWay(16, () -> {
            assertThat(pass("/api/order-shipped-sms", route).getStatus()).isEqualTo(503);
            assertThat(seen).hasValue(0);
            pass(path, (request, response) -> pass(path, route));
        });

        assertThat(seen).hasValue(1);
        assertThat(admitted()).isZero();
    }

    /** Two at once, of which one has the reserved place. */
    @Test
    void letsCodesTakeThePlacesThatOthersLeaveFree() throws Exception {
        gate = gate(1);
        String path = "/api/verify/start";

        pass(path, (request, response) -> pass(path, route));

        assertThat(seen).hasValue(1);
    }

    @Test
    void givesAPlaceBackWhenTheRouteHasAnswered() throws Exception {
        whileUnderWay(1, () -> {
            pass("/api/order-shipped-sms", route);
            assertThat(admitted()).isEqualTo(1);
            pass("/api/order-shipped-sms", route);
        });

        assertThat(seen).hasValue(2);
        assertThat(admitted()).isZero();
    }

    @Test
    void givesAPlaceBackWhenARequestIsAnsweredAtOnce() throws Exception {
        for (int i = 0; i < 10; i++) {
            pass("/api/order-shipped-sms", (request, response) -> {});
        }

        assertThat(admitted()).isZero();
    }

    @Test
    void givesAPlaceBackWhenSomethingBreaks() {
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> pass("/api/order-shipped-sms", (request, response) -> {
                        throw new ServletException("broken");
                    }))
                    .hasMessage("broken");
        }

        assertThat(admitted()).isZero();
    }

    @Test
    void givesAPlaceBackWhenABodyDoesNotArrive() throws Exception {
        for (int i = 0; i < 10; i++) {
            var response = new MockHttpServletResponse();
            gate.doFilter(new Stalling(), response, route);
            assertThat(response.getStatus()).isEqualTo(400);
        }

        assertThat(seen).hasValue(0);
        assertThat(admitted()).isZero();
    }

    @Test
    void givesAPlaceBackWhenABodyIsTooLarge() throws Exception {
        for (int i = 0; i < 10; i++) {
            var request = request("/api/order-shipped-sms");
            request.setContent(new byte[101]);
            var response = new MockHttpServletResponse();
            gate.doFilter(request, response, route);
            assertThat(response.getStatus()).isEqualTo(413);
        }

        assertThat(seen).hasValue(0);
        assertThat(admitted()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/order-shipped-sms", "/api/events", "/twilio/status-callback", "/own/path"})
    void asksToComeAgainWhileTheRoutesDoNotRun(String path) throws Exception {
        running.set(false);

        var response = pass(path, route);

        assertThat(seen).hasValue(0);
        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(response.getHeader("Retry-After")).containsOnlyDigits();
        assertThat(response.getContentType()).isEqualTo("application/problem+json");
        assertThat(response.getContentAsString()).contains("\"error\":\"try_again\"");
    }

    @Test
    void answersAPersonsTextWithNothingToTextWhileTheRoutesDoNotRun() throws Exception {
        running.set(false);

        var response = pass("/twilio/inbound", route);

        assertThat(seen).hasValue(0);
        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(response.getHeader("Retry-After")).containsOnlyDigits();
        assertThat(response.getContentType()).isEqualTo("text/xml");
        assertThat(response.getContentAsString()).isEqualTo("<Response/>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health/readiness", "/actuator/health/liveness", "/login"})
    void leavesProbesAndPagesAloneWhileTheRoutesDoNotRun(String path) throws Exception {
        running.set(false);

        pass(path, route);

        assertThat(seen).hasValue(1);
    }

    private AdmissionControl gate(int places) {
        meters.clear();
        return new AdmissionControl(
                new HttpSettings(places, 1, DataSize.ofBytes(100), 1, Duration.ZERO, List.of(), List.of(), List.of()),
                meters,
                running::get,
                new Activity(System::nanoTime),
                new ReplacedPaths());
    }

    /** Does something while some requests of callers are under way. */
    private void whileUnderWay(int requests, Step step) throws ServletException, IOException {
        if (requests == 0) {
            step.take();
        } else {
            pass("/api/order-shipped-sms", (request, response) -> whileUnderWay(requests - 1, step));
        }
    }

    private MockHttpServletResponse pass(String path, FilterChain chain) throws ServletException, IOException {
        var response = new MockHttpServletResponse();
        gate.doFilter(request(path), response, chain);
        return response;
    }

    private static MockHttpServletRequest request(String path) {
        return new MockHttpServletRequest("POST", path);
    }

    private double admitted() {
        return meters.get("textonce.requests.admitted")
                .tag("kind", "api")
                .gauge()
                .value();
    }

    /** Its caller said that there is a body and then says no more. */
    private static final class Stalling extends MockHttpServletRequest {

        Stalling() {
            super("POST", "/api/order-shipped-sms");
        }

        @Override
        public ServletInputStream getInputStream() {
            return new ServletInputStream() {
                @Override
                public boolean isFinished() {
                    return false;
                }

                @Override
                public boolean isReady() {
                    return true;
                }

                @Override
                public void setReadListener(ReadListener listener) {}

                @Override
                public int read() throws IOException {
                    throw new SocketTimeoutException();
                }
            };
        }
    }

    private interface Step {

        void take() throws ServletException, IOException;
    }
}
