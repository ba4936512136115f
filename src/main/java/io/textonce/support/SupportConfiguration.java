package io.textonce.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.Decisions;
import io.textonce.delivery.Refusal;
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

/** What support sees and may do, known to the routes by name. */
@Configuration(proxyBeanMethods = false)
class SupportConfiguration {

    private static final int LONGEST_QUERY_SECONDS = 5;

    private static final Pattern ACTION = Pattern.compile("/api/deliveries/([^/]+)/([a-z]+)");

    @Bean
    Story story(TwilioCodes codes) {
        return new Story(codes);
    }

    @Bean
    Trace trace(PhoneNumbers phones, PhoneHash hash, Story story) {
        return new Trace(phones, hash, new PhoneTimeZones(), story);
    }

    @Bean
    Processor traceById(Trace trace) {
        return trace::byId;
    }

    @Bean
    Processor traceByQuery(Trace trace) {
        return trace::byQuery;
    }

    @Bean
    Processor traceOne(Trace trace) {
        return trace::one;
    }

    @Bean
    Processor traceAll(Trace trace) {
        return trace::all;
    }

    @Bean
    Deliveries foundDeliveries(ProducerTemplate routes) {
        return new Deliveries(routes);
    }

    @Bean
    CsvExport csvExport(Deliveries deliveries) {
        return new CsvExport(deliveries::find);
    }

    /** Only where logs are read by machines: a line of text names its ids itself. */
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
    Overview overview(
            DataSource dataSource,
            OpenDeliveries open,
            Intakes intakes,
            TwilioCodes codes,
            TextOnceProperties settings,
            Clock clock) {
        var jdbc = new JdbcTemplate(dataSource);
        jdbc.setQueryTimeout(LONGEST_QUERY_SECONDS);
        return new Overview(jdbc, open, intakes, codes, settings, clock);
    }

    @Bean
    Processor traceCsv(Trace trace, CsvExport export) {
        return exchange -> export.answer(exchange, trace.search(exchange));
    }

    @Bean
    Operator operator(Decisions decisions, TwilioMessages messages, MeterRegistry meters) {
        return new Operator(decisions, messages, meters);
    }

    /** Does what the path names, for the reason that the body gives. */
    @Bean
    Processor traceDecide(Operator operator) {
        var json = new ObjectMapper();
        return exchange -> {
            var request = Trace.request(exchange);
            var path = ACTION.matcher(request.getRequestURI());
            if (!path.matches()) {
                throw Trace.notFound();
            }
            var id = Trace.id(path.group(1));
            byte[] body = exchange.getMessage().getBody(byte[].class);
            JsonNode reason;
            try {
                reason = json.readTree(body == null ? new byte[0] : body).path("reason");
            } catch (IOException e) {
                throw Refusal.ofField("body", "is not JSON");
            }
            operator.act(id, path.group(2), Trace.operator(request.getRemoteUser()), reason.asText(""));
            Trace.ask(exchange, Search.byId(id), java.time.ZoneOffset.UTC);
        };
    }
}
