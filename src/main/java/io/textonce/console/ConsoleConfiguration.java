package io.textonce.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.OperatorActions;
import io.textonce.event.EventRejected;
import io.textonce.intake.Intakes;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import io.textonce.phone.PhoneTimeZones;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.TwilioCodes;
import io.textonce.twilio.TwilioMessages;
import java.io.IOException;
import java.time.Clock;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** Beans of the support API. */
@Configuration(proxyBeanMethods = false)
class ConsoleConfiguration {

    private static final int LONGEST_QUERY_SECONDS = 5;

    private static final Pattern ACTION = Pattern.compile("/api/deliveries/([^/]+)/([a-z]+)");

    @Bean
    TimelineText story(TwilioCodes codes) {
        return new TimelineText(codes);
    }

    @Bean
    DeliveryLookup trace(PhoneNumbers phones, PhoneHash hash, TimelineText story) {
        return new DeliveryLookup(phones, hash, new PhoneTimeZones(), story);
    }

    @Bean
    Processor traceById(DeliveryLookup trace) {
        return trace::byId;
    }

    @Bean
    Processor traceByQuery(DeliveryLookup trace) {
        return trace::byQuery;
    }

    @Bean
    Processor traceOne(DeliveryLookup trace) {
        return trace::one;
    }

    @Bean
    Processor traceAll(DeliveryLookup trace) {
        return trace::all;
    }

    @Bean
    DeliverySearch foundDeliveries(ProducerTemplate routes) {
        return new DeliverySearch(routes);
    }

    @Bean
    CsvExport csvExport(DeliverySearch deliveries) {
        return new CsvExport(deliveries::find);
    }

    /** Fields of structured logs; a line of text has its ids in the message. */
    @Bean
    @ConditionalOnProperty("logging.structured.format.console")
    LogFields logFields() {
        return new LogFields();
    }

    @Bean
    OpenDeliveries openDeliveries(DataSource dataSource, Clock clock) {
        var jdbc = new JdbcTemplate(dataSource);
        jdbc.setQueryTimeout(LONGEST_QUERY_SECONDS);
        return new OpenDeliveries(jdbc, clock);
    }

    @Bean
    Dashboard overview(
            DataSource dataSource,
            OpenDeliveries open,
            Intakes intakes,
            TwilioCodes codes,
            TextOnceProperties settings,
            Clock clock) {
        var jdbc = new JdbcTemplate(dataSource);
        jdbc.setQueryTimeout(LONGEST_QUERY_SECONDS);
        return new Dashboard(jdbc, open, intakes, codes, settings, clock);
    }

    @Bean
    Processor traceCsv(DeliveryLookup trace, CsvExport export) {
        return exchange -> export.answer(exchange, trace.search(exchange));
    }

    @Bean
    Operator operator(OperatorActions decisions, TwilioMessages messages, MeterRegistry meters) {
        return new Operator(decisions, messages, meters);
    }

    /** Executes the action in the path, for the reason in the body. */
    @Bean
    Processor traceDecide(Operator operator) {
        var json = new ObjectMapper();
        return exchange -> {
            var request = DeliveryLookup.request(exchange);
            var path = ACTION.matcher(request.getRequestURI());
            if (!path.matches()) {
                throw DeliveryLookup.notFound();
            }
            var id = DeliveryLookup.id(path.group(1));
            byte[] body = exchange.getMessage().getBody(byte[].class);
            JsonNode reason;
            try {
                reason = json.readTree(body == null ? new byte[0] : body).path("reason");
            } catch (IOException e) {
                throw EventRejected.ofField("body", "is not JSON");
            }
            operator.act(id, path.group(2), DeliveryLookup.operator(request.getRemoteUser()), reason.asText(""));
            DeliveryLookup.ask(exchange, Search.byId(id), java.time.ZoneOffset.UTC);
        };
    }
}
