package io.textonce.publish;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.settings.TextOnceProperties;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/** Beans of the publication of status changes. */
@Configuration(proxyBeanMethods = false)
class PublishConfiguration {

    private static final String ALL = "*";

    /** Reserve of the lease for the work before and after a batch. */
    private static final Duration SPARE = Duration.ofSeconds(5);

    @Bean
    OutboxCursors subscriptions(DataSource dataSource, TextOnceProperties settings) {
        var lease = Receiver.LONGEST.plus(settings.status().timeout()).plus(SPARE);
        return new OutboxCursors(new JdbcTemplate(dataSource), lease);
    }

    @Bean
    CursorStates subscriptionStates(DataSource dataSource, OutboxCursors subscriptions) {
        return new CursorStates(new JdbcTemplate(dataSource), subscriptions);
    }

    @Bean
    OutboxPublisher statusOut(
            OutboxCursors subscriptions,
            ProducerTemplate routes,
            TextOnceProperties settings,
            MeterRegistry meters,
            Clock clock) {
        return new OutboxPublisher(subscribers(settings, routes, clock), subscriptions, settings.status(), meters);
    }

    private static List<Subscriber> subscribers(TextOnceProperties settings, ProducerTemplate routes, Clock clock) {
        var source = settings.publicBaseUrls().get(0);
        var subscribers = new ArrayList<Subscriber>();
        if (!settings.status().destination().isEmpty()) {
            subscribers.add(new Subscriber(
                    TextOnceProperties.Status.SUBSCRIBER, null, Set.of(), true, new Destination(routes, source)));
        }
        settings.clients().forEach((name, client) -> {
            var webhook = client.webhook();
            if (webhook != null) {
                var receiver = new Webhook(
                        URI.create(webhook.url()),
                        new WebhookSignature(webhook.secret()),
                        source,
                        settings.status().timeout(),
                        settings.status().parallel(),
                        clock);
                subscribers.add(new Subscriber(
                        name, name, webhook.events(), webhook.events().contains(ALL), receiver));
            }
        });
        return subscribers;
    }

    /** Creates the cursors before the first message can be accepted. */
    @Bean
    SmartInitializingSingleton statusBegins(OutboxPublisher out, OutboxCursors subscriptions) {
        return () -> subscriptions.begin(out.names());
    }

    @Bean
    PublishMeters statusMeters(OutboxPublisher out, CursorStates states, Clock clock) {
        return new PublishMeters(states, out.names(), clock);
    }

    /** Creates a thread for each subscriber. */
    @Bean(destroyMethod = "shutdown", defaultCandidate = false)
    ExecutorService statusWorkers(OutboxPublisher out) {
        int most = Math.max(1, out.names().size());
        var workers = new ThreadPoolExecutor(
                most,
                most,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new CustomizableThreadFactory("status-publish-"));
        workers.allowCoreThreadTimeOut(true);
        return workers;
    }

    @Bean
    Processor statusWaiting(OutboxPublisher out) {
        return out::waiting;
    }

    @Bean
    Processor statusPublish(OutboxPublisher out) {
        return out::publish;
    }

    @Bean
    SubscriptionResponses subscriptionAnswers(
            OutboxPublisher out, CursorStates states, MeterRegistry meters, Clock clock) {
        return new SubscriptionResponses(states, out.names(), meters, clock);
    }

    @Bean
    Processor subscriptionsAll(SubscriptionResponses answers) {
        return answers::all;
    }

    @Bean
    Processor subscriptionsDecide(SubscriptionResponses answers) {
        return answers::decide;
    }
}
