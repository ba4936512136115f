package io.textonce.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.textonce.event.EventRejected;
import io.textonce.hotload.UserRoutes;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;

class EventRouteGuardTest {

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final EventRouteGuard door = new EventRouteGuard(context, mock(UserRoutes.class));

    private static Stream<Exception> momentary() {
        return Stream.of(
                new CannotGetJdbcConnectionException("down", new SQLTransientConnectionException()),
                new QueryTimeoutException("slow"),
                new RejectedExecutionException("full"),
                new EventRejected(503, "try_again", "later"),
                new RuntimeCamelException(new InterruptedException()),
                after(new EventRejected(422, "rejected", "of an earlier part"), new QueryTimeoutException("slow")));
    }

    /** Camel adds the failure that it handled before to the next one. */
    private static Exception after(Exception handled, Exception failure) {
        failure.addSuppressed(handled);
        return failure;
    }

    private static Stream<Exception> lasting() {
        return Stream.of(
                new EventRejected(422, "rejected", "opted out"),
                new EventRejected(502, "sms_delivery_failed", "our sender"),
                new DataIntegrityViolationException("too late a year"),
                new NullPointerException(),
                new ClassCastException());
    }

    @ParameterizedTest
    @MethodSource("momentary")
    void triesAgainLaterWhatTheMomentIsToBlameFor(Exception failure) {
        assertThat(door.isTransient(caught(failure))).isTrue();
        assertThat(door.isPermanent(caught(failure))).isFalse();
    }

    @ParameterizedTest
    @MethodSource("lasting")
    void neverTriesAgainWhatTheEventIsToBlameFor(Exception failure) {
        assertThat(door.isTransient(caught(failure))).isFalse();
    }

    private Exchange caught(Exception failure) {
        var exchange = new DefaultExchange(context);
        exchange.setProperty(Exchange.EXCEPTION_CAUGHT, failure);
        return exchange;
    }
}
