package io.textonce.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.mustachejava.DefaultMustacheFactory;
import com.github.mustachejava.MustacheFactory;
import io.textonce.delivery.Refusal;
import io.textonce.http.Problem;
import io.textonce.settings.TextOnceProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.processor.idempotent.jdbc.JdbcOrphanLockAwareIdempotentRepository;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/** What the intakes and the events share, known to the routes by name. */
@Configuration(proxyBeanMethods = false)
class IntakeConfiguration {

    /** Reads events strictly: what two readers could understand differently is refused. */
    @Bean(defaultCandidate = false)
    ObjectMapper eventJson() {
        var factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(32)
                        .maxNumberLength(100)
                        .build())
                .build();
        return new ObjectMapper(factory)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    }

    /** A text is not a web page: an ampersand in a link stays one. */
    @Bean
    MustacheFactory plainText() {
        return new DefaultMustacheFactory() {
            @Override
            public void encode(String value, Writer writer) {
                try {
                    writer.write(value);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    @Bean
    EventDoor eventDoor(CamelContext context) {
        return new EventDoor(context);
    }

    @Bean
    Processor eventKnown(EventDoor door) {
        return door::known;
    }

    @Bean
    Processor jmsEvent(EventDoor door) {
        return door::readJms;
    }

    @Bean
    EventProperties eventProperties() {
        return new EventProperties();
    }

    /** Puts the message as it came back into the body, with the reason why it can't become a text. */
    @Bean
    Processor deadLetter() {
        return exchange -> {
            var caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
            Refusal refusal = Problem.refusal(caught);
            var message = exchange.getMessage();
            message.removeHeaders("*");
            message.setBody(exchange.getVariable("received"));
            message.setHeader("event", exchange.getVariable("event"));
            message.setHeader(
                    "textonceReason", refusal == null ? caught.getClass().getSimpleName() : refusal.reason());
        };
    }

    @Bean
    FileIntake fileIntake(TextOnceProperties settings) {
        return new FileIntake(new Inbox(settings.inbox()));
    }

    @Bean
    Processor fileEvent(FileIntake files) {
        return files::event;
    }

    @Bean
    Processor fileOpen(FileIntake files) {
        return files::open;
    }

    @Bean
    Processor fileLine(FileIntake files) {
        return files::line;
    }

    @Bean
    Processor fileBadLine(FileIntake files) {
        return files::bad;
    }

    @Bean
    Processor fileBad(FileIntake files) {
        return files::badFile;
    }

    @Bean
    Processor fileDone(FileIntake files) {
        return files::finish;
    }

    /** Threads for the lines of a file. When all are busy the reader sends a line itself, so nothing piles up. */
    @Bean(destroyMethod = "shutdown", defaultCandidate = false)
    ExecutorService fileLines(TextOnceProperties settings) {
        int threads = settings.file().parallel();
        return new ThreadPoolExecutor(
                threads,
                threads,
                30,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(threads),
                new CustomizableThreadFactory("file-line-"),
                new ThreadPoolExecutor.CallerRunsPolicy());
    }

    /**
     * Which instance reads a file. The lock lies in the database, is refreshed while its holder lives and is void some
     * time after that.
     */
    @Bean
    JdbcOrphanLockAwareIdempotentRepository fileLocks(
            DataSource dataSource, CamelContext context, TextOnceProperties settings) {
        var locks = new JdbcOrphanLockAwareIdempotentRepository(dataSource, "intake-file", context);
        locks.setTableName("textonce.file_locks");
        locks.setCreateTableIfNotExists(false);
        locks.setLockMaxAgeMillis(settings.file().lockMaxAge().toMillis());
        locks.setLockKeepAliveIntervalMillis(settings.file().lockMaxAge().toMillis() / 3);
        return locks;
    }
}
