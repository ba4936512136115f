package io.textonce.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadLoggersTest {

    private final LoggerContext logback = new LoggerContext();

    @BeforeEach
    void addFilter() {
        logback.addTurboFilter(new PayloadLoggers());
        logback.getLogger("ROOT").setLevel(Level.TRACE);
    }

    @AfterEach
    void stop() {
        logback.stop();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "com.networknt.schema.TypeValidator",
                "com.twilio.http.TwilioRestClient",
                "org.apache.activemq.artemis.core.protocol.core.impl.RemotingConnectionImpl",
                "org.apache.camel.component.sql.DefaultSqlPrepareStatementStrategy",
                "org.apache.camel.component.jms.EndpointMessageListener",
                "org.apache.camel.support.component.ApiMethodHelper",
                "org.apache.coyote.http11.Http11InputBuffer",
                "org.apache.hc.client5.http.headers",
                "org.apache.hc.client5.http.wire",
                "org.apache.qpid.jms.provider.amqp.FRAMES",
                "org.postgresql",
                "org.postgresql.core.v3.QueryExecutorImpl",
                "org.springframework.jdbc.core.StatementCreatorUtils",
            })
    void silencesDebugAndTraceAndNothingAbove(String name) {
        var logger = logback.getLogger(name);
        logger.setLevel(Level.TRACE);

        assertThat(logger.isTraceEnabled()).isFalse();
        assertThat(logger.isDebugEnabled()).isFalse();
        assertThat(logger.isInfoEnabled()).isTrue();
        assertThat(logger.isErrorEnabled()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.textonce.Sender",
                "org.apache.camel.impl.engine",
                "com.zaxxer.hikari.pool",
                "org.postgresqlish"
            })
    void leavesOtherLoggersAsTheyAreConfigured(String name) {
        var logger = logback.getLogger(name);

        assertThat(logger.isTraceEnabled()).isTrue();

        logger.setLevel(Level.INFO);

        assertThat(logger.isDebugEnabled()).isFalse();
        assertThat(logger.isInfoEnabled()).isTrue();
    }
}
