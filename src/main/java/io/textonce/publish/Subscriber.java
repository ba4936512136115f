package io.textonce.publish;

import io.textonce.settings.LiveSettings;
import io.textonce.settings.TextOnceProperties;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.camel.ProducerTemplate;
import org.jspecify.annotations.Nullable;

/**
 * Subscriber to status changes.
 *
 * @param name of its row
 * @param client whose own deliveries are published to it, if it is a client
 * @param events of which all deliveries are published to it
 * @param all whether all deliveries are published to it
 */
record Subscriber(String name, @Nullable String client, Set<String> events, boolean all, Receiver receiver) {

    private static final String ALL = "*";

    /** The subscribers that the settings name. */
    static List<Subscriber> all(TextOnceProperties settings, LiveSettings live, ProducerTemplate routes, Clock clock) {
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
                        live.derive(
                                new WebhookSignature(webhook.secret()), (now, before) -> signature(now, name, before)),
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

    /** Returns that of a client's secrets; a webhook that is removed is called as before until the next start. */
    private static WebhookSignature signature(TextOnceProperties settings, String name, WebhookSignature before) {
        var client = settings.clients().get(name);
        var webhook = client == null ? null : client.webhook();
        return webhook == null ? before : new WebhookSignature(webhook.secret());
    }
}
