package io.textonce.sandbox;

import io.textonce.privacy.CommandConsole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Scaffold of a new event: its files, to be edited. It overwrites nothing. */
public final class NewEvent {

    private static final String EVENT = """
            # Event pickup-ready: describe when it is sent, and to whom.
            - route:
                id: event-pickup-ready
                description: Notify a recipient of pickup-ready
                from:
                  id: event-pickup-ready-from
                  uri: direct
                  parameters:
                    name: event-pickup-ready
                  steps:
                    - to:
                        id: event-pickup-ready-check
                        description: Validate the event against its schema
                        uri: kamelet:event-check-action
                        parameters:
                          schema: pickup-ready
                    - to:
                        id: event-pickup-ready-text
                        description: Render the message
                        uri: kamelet:sms-text-action
                        parameters:
                          template: pickup-ready
                    - to:
                        id: event-pickup-ready-send
                        description: Send it once
                        uri: kamelet:sms-send-sink
                        parameters:
                          event: pickup-ready
                          purpose: order-updates
                          timeToLive: 24h
                group: event
                routeConfigurationId: to-caller
            """;

    private static final String SCHEMA = """
            {
              "$schema": "http://json-schema.org/draft-07/schema#",
              "title": "pickup-ready",
              "type": "object",
              "required": ["eventId", "phone", "consentAt", "orderId"],
              "properties": {
                "eventId": {
                  "description": "Your id of this event; a repeated event sends no second message",
                  "type": "string",
                  "minLength": 6,
                  "maxLength": 120
                },
                "phone": {
                  "description": "Recipient in E.164",
                  "type": "string",
                  "pattern": "^\\\\+[1-9][0-9]{1,14}$",
                  "message": {
                    "pattern": "must be an E.164 number: plus sign, country code, number, no blanks"
                  }
                },
                "consentAt": {
                  "description": "Time of the recipient's consent, RFC 3339",
                  "type": "string",
                  "format": "date-time"
                },
                "locale": {
                  "description": "Language of the text, such as de or pt-BR",
                  "type": "string",
                  "maxLength": 35
                },
                "orderId": {
                  "description": "What the text is about",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 80
                }
              }
            }
            """;

    private static final String TEXT = """
            Your order {{body.orderId}} is ready.
            """;

    private static final String CASE = """
            name: an event is texted once
            when:
              - post: pickup-ready
                times: 2
                body:
                  eventId: $id
                  phone: $phone
                  consentAt: "2026-06-02T09:00:00Z"
                  orderId: "1001"
            then:
              answers: [202, 200]
              texts:
                - to: $phone
                  text: Your order 1001 is ready.
            """;

    private NewEvent() {}

    /** Creates the files and returns the exit code. */
    public static int create(String name, Path folder) throws IOException {
        if (!name.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*") || name.length() > 60) {
            System.err.println("The name of an event is lower-case words with hyphens, such as pickup-ready");
            return CommandConsole.USAGE;
        }
        if (NewEvent.class.getResource("/routes/schemas/" + name + ".schema.json") != null) {
            System.err.println(name + " is the name of shipped files; choose another one");
            return CommandConsole.USAGE;
        }
        Map<Path, String> files = new LinkedHashMap<>();
        files.put(folder.resolve("schemas/" + name + ".schema.json"), SCHEMA);
        files.put(folder.resolve("templates/" + name + ".en.mustache"), TEXT);
        files.put(folder.resolve("events/" + name + ".camel.yaml"), EVENT);
        files.put(folder.resolve("cases/" + name + "/once.yaml"), CASE);
        for (Path file : files.keySet()) {
            if (Files.exists(file)) {
                System.err.println(file + " exists; nothing was created");
                return CommandConsole.FINDINGS;
            }
        }
        for (var file : files.entrySet()) {
            Files.createDirectories(file.getKey().getParent());
            Files.writeString(file.getKey(), file.getValue().replace("pickup-ready", name));
            System.out.println(file.getKey());
        }
        return CommandConsole.OK;
    }
}
