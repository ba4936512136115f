package io.textonce.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.settings.TextOnceProperties;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/**
 * Description of the destinations of the broker as AsyncAPI 3, those alone that the settings have. The events of this
 * installation, the user's included, and their schemas are added.
 */
@Component
final class AsyncApi {

    private final Descriptions descriptions;
    private final ObjectNode base;
    private final Map<String, String> destinations = new HashMap<>();

    AsyncApi(Descriptions descriptions, TextOnceProperties settings) throws IOException {
        this.descriptions = descriptions;
        this.base = descriptions.base("/asyncapi.yaml");
        if (settings.intakes().contains("jms")) {
            destinations.put("events", "queue:" + settings.jms().eventsQueue());
            destinations.put("inbound", "queue:" + settings.jms().inboundQueue());
            destinations.put("approvals", settings.verify().approvedDestination());
        }
        if (settings.hasDeadLetterQueue()) {
            destinations.put("deadLetters", "queue:" + settings.jms().deadLetterQueue());
        }
        if (!settings.status().destination().isEmpty()) {
            destinations.put("statuses", settings.status().destination());
        }
    }

    void write(Exchange exchange) throws IOException {
        descriptions.respond(exchange, "application/json", description());
    }

    private JsonNode description() throws IOException {
        ObjectNode description = base.deepCopy();
        var channels = (ObjectNode) description.get("channels");
        for (String name : List.copyOf(channelNames(channels))) {
            if (destinations.containsKey(name)) {
                bind((ObjectNode) channels.get(name), destinations.get(name));
            } else {
                channels.remove(name);
            }
        }
        description
                .get("operations")
                .properties()
                .removeIf(operation -> !channels.has(
                        operation.getValue().at("/channel/$ref").asText().replace("#/channels/", "")));
        var schemas = (ObjectNode) description.at("/components/schemas");
        schemas.set("StatusEvent", descriptions.base("/status-event.schema.json"));
        if (channels.has("events")) {
            descriptions.events().forEach(event -> add(event, description));
        }
        return description;
    }

    private static List<String> channelNames(ObjectNode channels) {
        return channels.properties().stream().map(Map.Entry::getKey).toList();
    }

    /** Sets the destination; the binding knows no topics. */
    private static void bind(ObjectNode channel, String destination) {
        String address = destination.replaceFirst("^(queue|topic):", "");
        channel.put("address", address);
        if (!destination.startsWith("topic:")) {
            channel.putObject("bindings")
                    .putObject("jms")
                    .put("destination", address)
                    .put("destinationType", "queue");
        }
    }

    private void add(String event, ObjectNode description) {
        ((ObjectNode) description.at("/components/schemas")).set(event, descriptions.schema(event));
        var message = ((ObjectNode) description.at("/components/messages")).putObject(event);
        message.put("name", event).put("title", descriptions.summary(event));
        message.putObject("headers").put("$ref", "#/components/schemas/EventName");
        message.putObject("payload").put("$ref", "#/components/schemas/" + event);
        ((ObjectNode) description.at("/channels/events/messages"))
                .putObject(event)
                .put("$ref", "#/components/messages/" + event);
    }
}
