package io.textonce.cases;

import com.fasterxml.jackson.databind.JsonNode;
import io.textonce.sandbox.BrowsedQueue;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.TwilioMessage;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jms.core.JmsTemplate;

/** Running sandbox as a case sees it: intakes, sources of the user's routes, and what came of an event. */
final class CaseWorld {

    private static final String QUEUE = "queue:";
    private static final AtomicInteger NUMBERS =
            new AtomicInteger(7_000_000 + ThreadLocalRandom.current().nextInt(900_000));

    private final HttpClient http = HttpClient.newHttpClient();
    private final Peers peers;
    private final String address;
    private final JmsTemplate jms;
    private final JdbcTemplate database;
    private final CamelContext camel;

    CaseWorld(ApplicationContext context, Peers peers) {
        this.peers = peers;
        this.address = "http://127.0.0.1:"
                + ((ServletWebServerApplicationContext) context).getWebServer().getPort();
        this.camel = context.getBean(CamelContext.class);
        this.jms = new JmsTemplate(context.getBean(ConnectionFactory.class));
        this.database = new JdbcTemplate(context.getBean("dataSource", DataSource.class));
    }

    String newNumber() {
        return "+1555" + NUMBERS.getAndIncrement();
    }

    /** Begins to collect the failures of the routes. */
    CaseFailures failures() {
        return new CaseFailures(camel);
    }

    Peers peers() {
        return peers;
    }

    /** Posts to an event, or to the path of a route of the user's. */
    HttpResponse<String> post(String target, JsonNode body) {
        String path = target.startsWith("/") ? target : "/api/" + target + "-sms";
        var request = HttpRequest.newBuilder(URI.create(address + path))
                .header("Content-Type", body.isTextual() ? "application/xml" : "application/json")
                .timeout(Duration.ofSeconds(90))
                .POST(BodyPublishers.ofString(text(body)))
                .build();
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Publishes an event, or a message to the queue of a route of the user's. */
    void publish(String target, JsonNode body) {
        jms.convertAndSend(queue(target), text(body), message -> {
            if (!target.startsWith(QUEUE)) {
                message.setStringProperty("event", target);
            }
            return message;
        });
    }

    /** Returns whether a message that was published has not been processed yet. */
    boolean isQueued(String target) {
        return peers.broker().messages(queue(target)) > 0;
    }

    private static String queue(String target) {
        return target.startsWith(QUEUE) ? target.substring(QUEUE.length()) : "textonce.events";
    }

    /** Returns whether a file that was dropped has not been processed yet. */
    boolean isDropped(String target, String name) {
        return isPath(target) ? isThere(target) : Files.exists(inbox(target).resolve(name));
    }

    /** Returns whether the file of a path is there, because no route has taken it. */
    boolean isThere(String target) {
        return isPath(target) && Files.exists(Path.of(target));
    }

    private static boolean isPath(String target) {
        return target.contains("/");
    }

    /** Drops a file into the inbox of an event and returns its name, or creates the file of a path. */
    String drop(String target, JsonNode body, Charset charset) {
        if (isThere(target)) {
            throw new IllegalStateException(target + " is still there: no route has taken it");
        }
        boolean isPath = isPath(target);
        String name = isPath ? Path.of(target).getFileName().toString() : "case-" + UUID.randomUUID() + ".jsonl";
        Path folder = isPath ? Path.of(target).toAbsolutePath().getParent() : inbox(target);
        try {
            Files.createDirectories(folder);
            Path part = Files.writeString(folder.resolve("." + name + ".tmp"), text(body) + "\n", charset);
            Files.move(part, folder.resolve(name));
            return name;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path inbox(String event) {
        return peers.inbox().resolve(event);
    }

    void sql(String statement) {
        database.execute(statement);
    }

    private static String text(JsonNode body) {
        return body.isTextual() ? body.textValue() : body.toString();
    }

    /** Returns the messages to a number, each with the number before the text. */
    List<String> textsTo(String number) {
        return peers.twilio().sentTo(number).stream()
                .map((TwilioMessage message) -> message.to() + ": " + message.body())
                .toList();
    }

    /** Returns a column of the delivery of an event, or null as long as there is none. */
    @Nullable
    Object delivery(String eventId, String column) {
        List<Map<String, Object>> found =
                database.queryForList("SELECT * FROM textonce.deliveries WHERE event_id = ?", eventId);
        return found.isEmpty() ? null : found.get(0).get(column);
    }

    /** Returns the reason of the dead letter that has a text, or an empty string. */
    String deadLetterReason(String text) {
        return BrowsedQueue.read(
                        jms,
                        "textonce.events.dead",
                        message -> message instanceof TextMessage letter
                                        && letter.getText().contains(text)
                                ? letter.getStringProperty("textonceReason")
                                : null)
                .stream()
                .findFirst()
                .orElse("");
    }

    /** Returns the content of the reject file of a file, or an empty string. */
    String rejected(String event, String name) {
        Path failed = inbox(event).resolve("failed");
        if (!Files.isDirectory(failed)) {
            return "";
        }
        String start = name.replaceFirst("\\.[a-z]+$", "");
        try (var files = Files.list(failed)) {
            var found = files.filter(file -> file.getFileName().toString().startsWith(start))
                    .findFirst();
            return found.isPresent() ? Files.readString(found.get()) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
