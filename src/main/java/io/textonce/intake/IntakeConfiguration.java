package io.textonce.intake;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.OptOuts;
import io.textonce.event.EventSchemas;
import io.textonce.hotload.UserRoutes;
import io.textonce.intake.file.FileIntake;
import io.textonce.intake.file.FileLocks;
import io.textonce.intake.file.Inbox;
import io.textonce.intake.file.StableFileFilter;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import io.textonce.settings.TextOnceProperties;
import io.textonce.settings.Tracing;
import io.textonce.tuning.SharedBuffers;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jms.connection.SingleConnectionFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.transaction.support.TransactionTemplate;

/** Beans that the intakes and the events share. */
@Configuration(proxyBeanMethods = false)
class IntakeConfiguration {

    /** Creates the strict reader of events: input that two readers could interpret differently is rejected. */
    @Bean(defaultCandidate = false)
    ObjectMapper eventJson() {
        var factory = SharedBuffers.factory()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(32)
                        .maxNumberLength(100)
                        .build())
                .build();
        return new ObjectMapper(factory)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false);
    }

    /** The health shows it as {@code intakes}. */
    @Bean("intakes")
    Intakes intakes(CamelContext camel, TextOnceProperties settings, Clock clock) {
        return new Intakes(camel, settings, clock);
    }

    @Bean
    EventRouteGuard eventDoor(CamelContext context, UserRoutes ownRoutes) {
        return new EventRouteGuard(context, ownRoutes);
    }

    @Bean
    Processor eventKnown(EventRouteGuard door) {
        return door::known;
    }

    @Bean
    DeadLetters deadLetters(DataSource dataSource, MeterRegistry meters) {
        return new DeadLetters(new DeadLetterTable(new JdbcTemplate(dataSource), meters));
    }

    @Bean
    Processor eventSkipped(DeadLetters letters) {
        return letters::skipped;
    }

    @Bean
    JmsIntake jmsIntake() {
        return new JmsIntake();
    }

    @Bean
    Processor jmsEvent(JmsIntake messages) {
        return messages::read;
    }

    @Bean
    Processor deadLetter(DeadLetters letters) {
        return letters::letter;
    }

    @Bean
    EventProperties eventProperties(ObjectProvider<Tracing> tracing) {
        return new EventProperties(tracing.getIfAvailable() != null);
    }

    @Bean
    Inbox inbox(TextOnceProperties settings) {
        return new Inbox(settings.inbox());
    }

    @Bean
    StableFileFilter quietFiles(Inbox inbox, TextOnceProperties settings, MeterRegistry meters) {
        return new StableFileFilter(inbox, settings.file().quietTime(), meters);
    }

    @Bean
    FileLocks fileLocks(DataSource dataSource, TextOnceProperties settings) {
        return new FileLocks(new JdbcTemplate(dataSource), settings.file().lockMaxAge());
    }

    @Bean
    FileIntake fileIntake(
            Inbox inbox,
            FileLocks fileLocks,
            StableFileFilter quietFiles,
            CamelContext camel,
            EventSchemas eventSchemas) {
        return new FileIntake(inbox, fileLocks, quietFiles, new RouteSchemas(camel, eventSchemas));
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
    Processor fileStop(FileIntake files) {
        return files::stop;
    }

    @Bean
    Processor fileStays(FileIntake files) {
        return files::stays;
    }

    @Bean
    Processor fileDone(FileIntake files) {
        return files::finish;
    }

    /**
     * Sets the prefetch of consumers to one message. By default Artemis prefetches up to 1 MiB: one consumer then has
     * thousands of small messages, and all others have none.
     */
    @Bean
    static BeanPostProcessor oneMessageAtOnce() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessBeforeInitialization(Object bean, String name) {
                if (bean instanceof SingleConnectionFactory shared
                        && shared.getTargetConnectionFactory() instanceof ActiveMQConnectionFactory artemis
                        && artemis.getConsumerWindowSize() == ActiveMQClient.DEFAULT_CONSUMER_WINDOW_SIZE) {
                    artemis.setConsumerWindowSize(0);
                }
                return bean;
            }
        };
    }

    /** Threads that read files, so that a long one does not hold up the others. Beyond them the poller reads itself. */
    @Bean(destroyMethod = "shutdown", defaultCandidate = false)
    ExecutorService fileReaders() {
        return new ThreadPoolExecutor(
                0,
                4,
                30,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                new CustomizableThreadFactory("file-reader-"),
                new ThreadPoolExecutor.CallerRunsPolicy());
    }

    /**
     * Threads for the lines of all files. Camel reads a file's next line only when a thread is free to, so the queue
     * holds no more than two tasks a file.
     */
    @Bean(destroyMethod = "shutdown", defaultCandidate = false)
    ExecutorService fileLines(TextOnceProperties settings) {
        int threads = settings.file().parallel();
        var lines = new ThreadPoolExecutor(
                threads,
                threads,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new CustomizableThreadFactory("file-line-"));
        lines.allowCoreThreadTimeOut(true);
        return lines;
    }

    @Bean
    InboundMessages inboundText(
            DataSource dataSource,
            OptOuts optOuts,
            PhoneNumbers phones,
            PhoneHash phoneHash,
            TextOnceProperties settings,
            MeterRegistry meters) {
        return new InboundMessages(
                new NamedParameterJdbcTemplate(dataSource),
                new TransactionTemplate(new JdbcTransactionManager(dataSource)),
                optOuts,
                phones,
                phoneHash,
                settings.intakes().contains("jms"),
                meters);
    }

    @Bean
    Processor inboundRead(InboundMessages inbound) {
        return inbound::read;
    }

    @Bean
    Processor inboundRecord(InboundMessages inbound) {
        return inbound::record;
    }

    @Bean
    Processor inboundHeard(InboundMessages inbound) {
        return inbound::heard;
    }

    @Bean
    Processor inboundFailed() {
        return InboundMessages::failed;
    }

    @Bean
    Processor inboundMessage(InboundMessages inbound) {
        return inbound::message;
    }
}
