package io.textonce.bench;

import com.twilio.http.NetworkHttpClient;
import com.twilio.http.TwilioRestClient;
import com.twilio.type.PhoneNumber;
import java.net.URI;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.micrometer.springboot.metrics.CamelMetricsAutoConfiguration;
import org.apache.camel.processor.idempotent.jdbc.JdbcMessageIdRepository;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.HttpHost;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.actuate.autoconfigure.security.servlet.ManagementWebSecurityAutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.flyway.FlywayAutoConfiguration;
import org.springframework.boot.autoconfigure.jms.artemis.ArtemisAutoConfiguration;
import org.springframework.boot.autoconfigure.security.oauth2.resource.servlet.OAuth2ResourceServerAutoConfiguration;
import org.springframework.boot.autoconfigure.security.servlet.SecurityAutoConfiguration;
import org.springframework.boot.autoconfigure.security.servlet.SecurityFilterAutoConfiguration;
import org.springframework.boot.autoconfigure.security.servlet.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.autoconfigure.thymeleaf.ThymeleafAutoConfiguration;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The same event by the same Camel, as one writes it from Camel's documentation: the stock JDBC repository, the stock
 * components and their pools, nothing configured. It knows no callers, checks no payload, keeps no timeline and has no
 * word for an unclear answer; so it does less for an event than TextOnce does.
 *
 * <p>It is no bean of TextOnce's own scan, since it carries no stereotype.
 */
@EnableAutoConfiguration(
        exclude = {
            ArtemisAutoConfiguration.class,
            CamelMetricsAutoConfiguration.class,
            FlywayAutoConfiguration.class,
            ManagementWebSecurityAutoConfiguration.class,
            OAuth2ResourceServerAutoConfiguration.class,
            SecurityAutoConfiguration.class,
            SecurityFilterAutoConfiguration.class,
            ThymeleafAutoConfiguration.class,
            UserDetailsServiceAutoConfiguration.class
        })
class StockRoute {

    /** @param args URL of the database, and of Twilio */
    public static void main(String... args) {
        ChildProcess.endWithParent();
        var application = new SpringApplication(StockRoute.class);
        application.setDefaultProperties(Map.of(
                "spring.config.location", "optional:classpath:/none/",
                "spring.datasource.url", args[0],
                "spring.datasource.username", "postgres",
                "server.port", "0",
                "server.address", "127.0.0.1",
                "twilio", args[1]));
        var context = (ServletWebServerApplicationContext) application.run();
        ChildProcess.ready(context.getWebServer().getPort());
    }

    /** Only the peer of the connection is another one. The pool has the size that the SDK gives its own client. */
    @Bean
    static TwilioRestClient twilio(@Value("${twilio}") URI twilio) {
        var route = new HttpRoute(new HttpHost(twilio.getScheme(), twilio.getHost(), twilio.getPort()));
        var http = HttpClientBuilder.create()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setMaxConnPerRoute(20)
                        .setMaxConnTotal(100)
                        .build())
                .setRoutePlanner((target, context) -> route);
        return new TwilioRestClient.Builder("AC00000000000000000000000000000001", "secret")
                .httpClient(new NetworkHttpClient(http))
                .build();
    }

    @Bean
    static JdbcMessageIdRepository orders(DataSource database, JdbcTemplate jdbc) {
        jdbc.execute("CREATE TABLE texts (event_id text PRIMARY KEY, phone text, status text, sid text)");
        return new JdbcMessageIdRepository(database, "order-shipped");
    }

    @Bean
    static RouteBuilder route(JdbcMessageIdRepository orders) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/api/order-shipped-sms?httpMethodRestrict=POST")
                        .unmarshal()
                        .json(Map.class)
                        .setVariable("event", body())
                        .idempotentConsumer(simple("${variable.event[eventId]}"), orders)
                        .to("sql:INSERT INTO texts (event_id, phone, status)"
                                + " VALUES (:#${variable.event[eventId]}, :#${variable.event[phone]}, 'sending')")
                        .setHeader("CamelTwilio.to", simple("${variable.event[phone]}", PhoneNumber.class))
                        .setHeader("CamelTwilio.from", simple("+15551234567", PhoneNumber.class))
                        .setHeader("CamelTwilio.body", simple("Your order ${variable.event[orderId]} has shipped."))
                        .to("twilio:message/create")
                        .setVariable("sid", simple("${body.sid}"))
                        .to("sql:UPDATE texts SET status = 'sent', sid = :#${variable.sid}"
                                + " WHERE event_id = :#${variable.event[eventId]}")
                        .removeHeaders("*")
                        .setBody(exchange -> Map.of("accepted", true, "sid", exchange.getVariable("sid", String.class)))
                        .marshal()
                        .json()
                        .end();
            }
        };
    }
}
