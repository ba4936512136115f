package io.textonce.privacy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.status.Status;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ClassPathResource;
import org.springframework.mock.env.MockEnvironment;

/** Everything runs on the shipped {@code logback-spring.xml}, in a Logback of its own. */
class MaskingEncoderTest {

    private static final String PHONE = "+15558675310";
    private static final String TEXT = "Hello, your order 7 has shipped";
    private static final String SECRET = "correct-horse-battery";

    private final List<String> secretsBefore = PersonalDataMask.replaceSecrets(List.of());
    private final LoggerContext logback = new LoggerContext();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @AfterEach
    void stop() {
        logback.stop();
        PersonalDataMask.replaceSecrets(secretsBefore);
    }

    @Test
    void writesNoLineAndNoEscapeSequenceOfAParameter() throws JoranException {
        var logger = logger(Map.of());

        logger.info("{} is ignored", "a.csv\n2026-06-02T09:00:00Z  INFO forged\u001b[2J\u2028\r");
        logger.warn("Not read: {}", "a\nb", new IllegalStateException("x\ny"));
        logger.warn("Not read", new IllegalStateException("x\ny"));

        assertThat(lines())
                .contains(": a.csv 2026-06-02T09:00:00Z  INFO forged [2J  is ignored", ": Not read: a b")
                .doesNotContain("\nb", "\u001b[2J", "\u2028");
    }

    @Test
    void masksMessagesAndParameters() throws JoranException {
        var logger = logger(Map.of());

        logger.info("Sending to {}", PHONE);
        logger.info("Sending {}", Map.of("body", TEXT));
        logger.info("Sending {\"body\":\"{}\"}", TEXT);

        assertThat(lines())
                .contains(" INFO ", "io.textonce.Sender", ": Sending to +*******5310")
                .contains(": Sending {body=***")
                .contains(": Sending {\"body\":\"***\"}")
                .doesNotContain("Hello", "shipped", "555867");
    }

    @Test
    void masksTheMdc() throws JoranException {
        var logger = logger(Map.of("CONSOLE_LOG_PATTERN", "%d %m %X%n"));

        logback.getMDCAdapter().put("recipient", PHONE);
        logger.info("Sending");

        assertThat(lines()).contains("Sending recipient=+*******5310");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ecs", "gelf", "logstash"})
    void masksExceptionsTheirCausesAndTheSuppressedOnes(String format) throws JoranException {
        PersonalDataMask.registerSecret(SECRET);
        var failure = new IllegalStateException(
                "Cannot send to " + PHONE, new IOException("Refused {to=" + PHONE + ", body=" + TEXT + "}"));
        failure.addSuppressed(new IllegalArgumentException("Login with " + SECRET));
        failure.getCause().addSuppressed(new IllegalArgumentException("text=" + TEXT));

        logger(Map.of("CONSOLE_LOG_STRUCTURED_FORMAT", format)).error("Lost " + PHONE, failure);

        assertThat(lines())
                .contains("Lost +*******5310", "Cannot send to +*******5310", "body=***", "text=***", "Login with ***")
                .contains("IllegalStateException", "IOException", "MaskingEncoderTest.java:")
                .doesNotContain("Hello", "shipped", "555867", SECRET);
    }

    @Test
    void writesOneOfAlikeStackTracesAMinuteAndTheRootCauseOfEach() throws JoranException {
        var logger = logger(Map.of());

        for (int i = 1; i <= 100; i++) {
            logger.error("Lost {}", i, new IllegalStateException("No connection", new IOException("Refused")));
        }
        logger.error("Lost otherwise", new IllegalArgumentException("Not a number"));

        assertThat(lines().lines().filter(line -> line.startsWith("\tat ")).count())
                .isLessThan(200);
        assertThat(lines())
                .containsOnlyOnce("Caused by: java.io.IOException: Refused")
                .containsOnlyOnce("java.lang.IllegalArgumentException: Not a number")
                .contains(": Lost 100: IOException: Refused" + System.lineSeparator());
    }

    @Test
    void namesEventDeliveryAndMessageInAPlainLineThatHasThem() throws JoranException, IOException {
        String pattern = (String) new YamlPropertySourceLoader()
                .load("shipped", new ClassPathResource("application.yaml"))
                .get(0)
                .getProperty("logging.pattern.correlation");
        var logger = logger(Map.of("LOG_CORRELATION_PATTERN", pattern));

        logger.info("Without");
        logback.getMDCAdapter().put("deliveryId", "0198-1");
        logger.info("With");

        assertThat(lines()).contains("] io.textonce.Sender", "[deliveryId=0198-1] io.textonce.Sender");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ecs", "gelf", "logstash"})
    void keepsStructuredLinesWellFormed(String format) throws JoranException, JsonProcessingException {
        var logger = logger(Map.of("CONSOLE_LOG_STRUCTURED_FORMAT", format));

        logback.getMDCAdapter().put("recipient", PHONE);
        logger.atInfo()
                .addKeyValue("phone", 15558675310L)
                .addKeyValue("body", TEXT)
                .log("Sending {\"body\": \"{}\"} \"to\" {}", TEXT, PHONE);

        var line = new ObjectMapper().readTree(lines());
        assertThat(line.toString())
                .contains("\"Sending {\\\"body\\\": \\\"***\\\"} \\\"to\\\" +*******5310\"", "\"*******5310\"")
                .doesNotContain("Hello", "shipped", "555867");
    }

    @Test
    void writesWhatIsNotAsciiInTheConfiguredCharset() throws JoranException {
        logger(Map.of("CONSOLE_LOG_CHARSET", "UTF-8")).info("Grüße 你好 👍 {}", PHONE);

        assertThat(lines()).contains("Grüße 你好 👍 +*******5310");
    }

    @Test
    void followsTheConfiguredPattern() throws JoranException {
        logger(Map.of("CONSOLE_LOG_PATTERN", "%level|%m|%n")).info("to {}", PHONE);

        assertThat(lines()).isEqualTo("INFO|to +*******5310|" + System.lineSeparator());
    }

    @Test
    void keepsPayloadLoggersQuietWhateverTheirLevel() throws JoranException {
        logger(Map.of());
        var wire = logback.getLogger("org.apache.hc.client5.http.wire");
        wire.setLevel(Level.TRACE);

        wire.debug("http-outgoing-0 >> Your order");
        wire.info("ready");

        assertThat(lines()).contains("ready").doesNotContain("Your order");
    }

    /** A Logback as Spring Boot sets it up: its environment and its settings are in the context. */
    private Logger logger(Map<String, String> settings) throws JoranException {
        logback.setMDCAdapter(new LogbackMDCAdapter());
        logback.putObject(Environment.class.getName(), new MockEnvironment());
        logback.putProperty("CONSOLE_LOG_CHARSET", "UTF-8");
        settings.forEach(logback::putProperty);
        var configurator = new JoranConfigurator();
        configurator.setContext(logback);
        configurator.doConfigure(getClass().getResource("/logback-spring.xml"));
        assertThat(logback.getStatusManager().getCopyOfStatusList())
                .noneMatch(status -> status.getEffectiveLevel() >= Status.WARN);
        var console = (ConsoleAppender<ILoggingEvent>)
                logback.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("CONSOLE");
        console.setOutputStream(written);
        return logback.getLogger("io.textonce.Sender");
    }

    private String lines() {
        return written.toString(UTF_8);
    }
}
