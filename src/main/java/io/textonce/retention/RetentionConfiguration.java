package io.textonce.retention;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.ErasureRepository;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.TwilioMessages;
import jakarta.jms.ConnectionFactory;
import java.time.Clock;
import java.util.List;
import javax.sql.DataSource;
import org.apache.camel.Processor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/** Steps of the routes {@code retention} and {@code people}. */
@Configuration(proxyBeanMethods = false)
class RetentionConfiguration {

    /** Time to receive a message that was just browsed; there is no other consumer. */
    private static final long RECEIVE_TIMEOUT_MILLIS = 2_000;

    @Bean
    Retention retention(
            DataSource dataSource,
            ErasureRepository deliveries,
            TwilioMessages messages,
            TextOnceProperties settings,
            Clock clock,
            MeterRegistry meters) {
        var retention = new Retention(
                new JdbcTemplate(dataSource),
                deliveries,
                messages,
                settings.retention(),
                settings.subscribers(),
                clock);
        Gauge.builder("textonce.opt_outs.drift", retention::drift)
                .description("Opt-outs of the last day known only from a rejection by Twilio")
                .register(meters);
        return retention;
    }

    @Bean
    Processor retentionClear(Retention retention) {
        return retention::clear;
    }

    @Bean
    Processor retentionPurge(Retention retention) {
        return retention::purge;
    }

    @Bean
    Processor optOutsCompare(Retention retention) {
        return retention::compare;
    }

    @Bean
    DataErasure people(
            DataSource dataSource,
            ErasureRepository deliveries,
            PhoneNumbers phones,
            PhoneHash phoneHash,
            Retention retention,
            TextOnceProperties settings,
            ObjectProvider<ConnectionFactory> broker) {
        JmsTemplate jms = null;
        if (settings.intakes().contains("jms")) {
            jms = new JmsTemplate(broker.getObject());
            jms.setReceiveTimeout(RECEIVE_TIMEOUT_MILLIS);
        }
        var queues = List.of(settings.jms().deadLetterQueue(), settings.jms().inboundQueue());
        return new DataErasure(
                new NamedParameterJdbcTemplate(dataSource),
                new TransactionTemplate(new JdbcTransactionManager(dataSource)),
                deliveries,
                phones,
                phoneHash,
                retention,
                new DeadLetterErasure(jms, queues, phones));
    }

    @Bean
    Processor peopleFinish(ErasureRepository deliveries, Retention retention, TextOnceProperties settings) {
        return new Erasures(deliveries, retention, settings.retention().redactAtTwilio())::finish;
    }

    @Bean
    Processor peopleRead(DataErasure people) {
        return people::read;
    }

    @Bean
    Processor peopleRedact(DataErasure people) {
        return people::redact;
    }

    @Bean
    Processor peopleErase(DataErasure people) {
        return people::erase;
    }

    @Bean
    Processor peopleReport(DataErasure people) {
        return people::report;
    }
}
