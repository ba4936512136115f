package io.textonce.incident;

import io.textonce.delivery.Timeline;
import io.textonce.event.EventOutcome;
import io.textonce.event.EventRejected;
import io.textonce.event.Identifier;
import io.textonce.message.Templates;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import io.textonce.settings.TextOnceProperties;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.transaction.support.TransactionTemplate;

/** Steps of the incident routes, as beans. */
@Configuration(proxyBeanMethods = false)
class IncidentConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(IncidentConfiguration.class);

    /**
     * Acknowledgment of an alerted recipient, such as {@code ACK}, {@code ack: inc-1042} or {@code Ack, thanks}: the
     * first word counts.
     */
    private static final Pattern ACK = Pattern.compile("(?is)\\W*ack(?!\\w)(.*)");

    /** Names of incidents. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?");

    private static final int MOST_AT_ONCE = 16;

    @Bean
    Incidents incidents(DataSource dataSource, Timeline timeline, PhoneHash phoneHash) {
        return new Incidents(new JdbcTemplate(dataSource), timeline, transaction(dataSource), phoneHash);
    }

    @Bean
    Alerts alerts(DataSource dataSource, PhoneHash phoneHash, TextOnceProperties settings) {
        return new Alerts(
                new JdbcTemplate(dataSource),
                transaction(dataSource),
                phoneHash,
                Ladder.parse(settings.incident().ladder()));
    }

    private static TransactionTemplate transaction(DataSource dataSource) {
        return new TransactionTemplate(new JdbcTransactionManager(dataSource));
    }

    /** Validates and stores the incident, and sets the id of the message that can be sent now as the body, or null. */
    @Bean
    Processor incidentOpen(
            Incidents incidents,
            Alerts alerts,
            Templates texts,
            PhoneNumbers phones,
            TextOnceProperties settings,
            Clock clock) {
        var alertText = new AlertText(texts);
        return exchange -> {
            var incident = alertText.fitted(Incident.of(
                    exchange.getMessage().getBody(Map.class),
                    settings.incident().escalateAfter(),
                    phones,
                    clock.instant()));
            exchange.setVariable("incident", incident.eventId());
            exchange.setVariable("duplicate", !incidents.open(incident));
            exchange.getMessage()
                    .setBody(alerts.create(incident.recipients().get(0).phone()));
        };
    }

    /** Responds with the outcome of the first number's message. */
    @Bean
    Processor incidentOpened(Alerts alerts) {
        return exchange -> {
            boolean duplicate = exchange.getVariable("duplicate", Boolean.class);
            var delivery = alerts.firstDelivery(exchange.getVariable("incident", String.class), duplicate);
            exchange.setVariable("delivery", delivery);
            exchange.setVariable("outcome", new EventOutcome("bundled", duplicate));
        };
    }

    @Bean
    Processor incidentTake(Incidents incidents, Alerts alerts) {
        return exchange -> {
            incidents.passOn(MOST_AT_ONCE);
            exchange.getMessage().setBody(alerts.due(MOST_AT_ONCE));
        };
    }

    /** Builds the event of the message whose id is the body; null if another instance has submitted it. */
    @Bean
    Processor incidentText(Alerts alerts) {
        return exchange -> {
            String id = exchange.getMessage().getBody(String.class);
            exchange.setVariable("incidentText", id);
            exchange.setVariable("source", "incident");
            exchange.getMessage().setBody(alerts.text(id));
        };
    }

    @Bean
    Processor incidentHandedOver(Alerts alerts) {
        return exchange -> {
            var refused = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
            exchange.removeProperty(Exchange.EXCEPTION_CAUGHT);
            String id = exchange.getVariable("incidentText", String.class);
            if (refused != null) {
                LOG.warn("Alert {} was rejected; the next number is alerted", id);
            }
            alerts.handedOver(id, refused != null);
        };
    }

    @Bean
    Processor incidentAcknowledged(Incidents incidents) {
        return exchange -> {
            String name = Identifier.of("incident", (String)
                    exchange.getMessage().getBody(Map.class).get("incident"));
            if (!incidents.acknowledge(name)) {
                throw new EventRejected(404, "unknown_incident", "Unknown incident.");
            }
            exchange.setVariable("outcome", new EventOutcome("acknowledged", false));
        };
    }

    /** Processes the reply of an alerted recipient, from the inbound message in the variable {@code inbound}. */
    @Bean
    Processor incidentReply(Incidents incidents) {
        return exchange -> {
            Map<?, ?> inbound = exchange.getVariable("inbound", Map.class);
            var answer = ACK.matcher(String.valueOf(inbound.get("text")));
            if (answer.matches()) {
                var names = NAME.matcher(answer.group(1)).results().map(MatchResult::group);
                int ended = incidents.acknowledge((String) inbound.get("from"), names.toList());
                LOG.info("{} acknowledged {} incidents", inbound.get("masked"), ended);
            }
        };
    }

    @Bean(destroyMethod = "shutdown", defaultCandidate = false)
    ExecutorService incidentWorkers() {
        return new ThreadPoolExecutor(
                0,
                MOST_AT_ONCE,
                30,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                new CustomizableThreadFactory("incident-"),
                new ThreadPoolExecutor.CallerRunsPolicy());
    }
}
