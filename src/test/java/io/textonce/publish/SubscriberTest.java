package io.textonce.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import com.sun.net.httpserver.HttpServer;
import io.textonce.sandbox.LoopbackServer;
import io.textonce.settings.LiveSettings;
import io.textonce.settings.TextOnceProperties;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Webhooks whose secrets change while the process runs. */
class SubscriberTest {

    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private final Queue<String> signatures = new ConcurrentLinkedQueue<>();
    private HttpServer server;

    @BeforeEach
    void start() {
        server = LoopbackServer.on(0);
        server.createContext("/", exchange -> {
            signatures.add(exchange.getRequestHeaders().getFirst("webhook-signature"));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void signsWithTheLastSecretUntilTheNextStartWhenTheWebhookOrItsClientIsRemoved() {
        var live = new LiveSettings(settings(Map.of()));
        live.replace(settings(webhook(SECRET)));
        var receiver = Subscriber.all(settings(webhook(SECRET)), live, mock(ProducerTemplate.class), Clock.systemUTC())
                .get(0)
                .receiver();
        live.replace(settings(webhook(SECRET + "," + SECRET)));
        publish(receiver);

        live.replace(settings(Map.of("textonce.clients.shop.role", "sender")));
        publish(receiver);
        live.replace(settings(Map.of()));
        publish(receiver);

        assertThat(signatures).hasSize(3).allMatch(signature -> signature.matches("v1,\\S+ v1,\\S+"));
    }

    private static void publish(Receiver receiver) {
        assertThat(receiver.publish(WebhookTest.events(1, 1)).failure()).isNull();
    }

    private Map<String, String> webhook(String secrets) {
        return Map.of(
                "textonce.clients.shop.webhook.url",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                "textonce.clients.shop.webhook.secret",
                secrets);
    }

    private static TextOnceProperties settings(Map<String, String> clients) {
        var settings = new HashMap<>(Map.of(
                "textonce.public-base-urls", "https://sms.example.com",
                "textonce.status.destination", "",
                "textonce.status.timeout", "10s",
                "textonce.status.parallel", "1"));
        settings.putAll(clients);
        return new Binder(new MapConfigurationPropertySource(settings))
                .bind("textonce", TextOnceProperties.class)
                .get();
    }
}
