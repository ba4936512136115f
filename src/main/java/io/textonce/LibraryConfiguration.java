package io.textonce;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.textonce.broker.BrokerConnections;
import io.textonce.event.BoundedNumbers;
import io.textonce.reconcile.WorkerPool;
import io.textonce.settings.TextOnceProperties;
import io.textonce.tuning.SharedBuffers;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/** Beans of classes that are not ours: clock, JSON, and the thread pools of the background work. */
@Configuration(proxyBeanMethods = false)
class LibraryConfiguration {

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    /** Strict reader of events: JSON that two readers could understand differently is rejected. */
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
                .setNodeFactory(new BoundedNumbers())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    }

    /** Connections to a broker other than Artemis, whose own are Spring Boot's. */
    @Bean(destroyMethod = "stop")
    @ConditionalOnExpression("!'${textonce.jms.client}'.equals('artemis')")
    JmsPoolConnectionFactory brokerConnections(TextOnceProperties settings, Environment environment) {
        return BrokerConnections.pool(settings.jms(), environment);
    }

    /**
     * Lets a consumer ask for one message after the other. By default Artemis sends it ahead what fits into 1 MiB: then one
     * has thousands of small messages, and all others have none. A new connection has the current user and password.
     */
    @Bean
    static BeanPostProcessor artemisConnections(Environment environment) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessBeforeInitialization(Object bean, String name) {
                if (bean instanceof JmsPoolConnectionFactory pool
                        && pool.getConnectionFactory() instanceof ActiveMQConnectionFactory artemis) {
                    if (artemis.getConsumerWindowSize() == ActiveMQClient.DEFAULT_CONSUMER_WINDOW_SIZE) {
                        artemis.setConsumerWindowSize(0);
                    }
                    pool.setConnectionFactory(
                            BrokerConnections.withCurrentUser(artemis, environment, "spring.artemis"));
                }
                return bean;
            }
        };
    }

    /** Threads that read files, so that a long one does not hold up the others. Beyond them the poller reads itself. */
    @Bean(destroyMethod = "shutdown", defaultCandidate = false)
    ExecutorService fileReaders() {
        return withoutQueue("file-reader-", 4);
    }

    /**
     * Threads for the lines of all files. Camel reads a file's next line only when a thread is free to, so the queue
     * holds no more than two tasks a file.
     */
    @Bean(destroyMethod = "shutdown", defaultCandidate = false)
    ExecutorService fileLines(TextOnceProperties settings) {
        return withQueue("file-line-", settings.file().parallel());
    }

    @Bean(destroyMethod = "shutdown", defaultCandidate = false)
    WorkerPool heldWorkers(TextOnceProperties settings) {
        return new WorkerPool("due-held-", settings.due().workers());
    }

    @Bean(destroyMethod = "shutdown", defaultCandidate = false)
    WorkerPool unknownWorkers(TextOnceProperties settings) {
        return new WorkerPool("due-unknown-", settings.due().workers());
    }

    @Bean(destroyMethod = "shutdown", defaultCandidate = false)
    WorkerPool silentWorkers(TextOnceProperties settings) {
        return new WorkerPool("due-silent-", settings.due().workers());
    }

    @Bean(destroyMethod = "shutdown", defaultCandidate = false)
    ExecutorService incidentWorkers() {
        return withoutQueue("incident-", 16);
    }

    /** A thread for each subscriber. */
    @Bean(destroyMethod = "shutdown", defaultCandidate = false)
    ExecutorService publishWorkers(TextOnceProperties settings) {
        return withQueue("status-publish-", settings.clients().size() + 1);
    }

    /** Creates a pool whose caller does the work itself while all threads are busy. */
    private static ExecutorService withoutQueue(String name, int most) {
        return new ThreadPoolExecutor(
                0,
                most,
                30,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                new CustomizableThreadFactory(name),
                new ThreadPoolExecutor.CallerRunsPolicy());
    }

    private static ExecutorService withQueue(String name, int most) {
        var pool = new ThreadPoolExecutor(
                most, most, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), new CustomizableThreadFactory(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
