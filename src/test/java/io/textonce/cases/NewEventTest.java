package io.textonce.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.NewEvent;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/** One more event is a few files: those that the scaffold makes, changed as routes/README.md shows, and nothing else. */
@SandboxTest
class NewEventTest {

    /** A file's path in backticks, a colon, and below it what the file holds. */
    private static final Pattern SHOWN =
            Pattern.compile("`((?:schemas|templates|cases)/[^`]+)`:\\n\\n```[a-z]*\\n(.*?)```\\n", Pattern.DOTALL);

    /** What a page shows of a route. */
    private static final Pattern LAST_STEP = Pattern.compile("```yaml\\n( {8}- .*?)```\\n", Pattern.DOTALL);

    private static final Duration SECONDS = Duration.ofSeconds(20);

    @Test
    void theFilesOfThePageServeAllIntakesOfARunningApplication(Sandbox sandbox) throws IOException {
        String page = Files.readString(Path.of("routes", "README.md"));
        Map<String, String> files = filesOf(page);
        String viaHttp = sandbox.newNumber();
        String viaQueue = sandbox.newNumber();
        String viaFile = sandbox.newNumber();

        var before = sandbox.post("pickup-ready", event(sandbox, viaHttp));
        NewEvent.create("pickup-ready", sandbox.routes());
        for (var file : files.entrySet()) {
            Path path = sandbox.routes().resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        await().atMost(SECONDS)
                .until(() ->
                        sandbox.post("pickup-ready", event(sandbox, viaHttp)).statusCode() == 202);
        sandbox.publish("pickup-ready", event(sandbox, viaQueue));
        sandbox.drop("pickup-ready", "orders.jsonl", event(sandbox, viaFile) + "\n");

        assertThat(files).hasSize(4);
        assertThat(LAST_STEP.matcher(page).results())
                .singleElement()
                .satisfies(end -> assertThat(sandbox.routes().resolve("events/pickup-ready.camel.yaml"))
                        .content()
                        .contains(end.group(1)));
        assertThat(before.statusCode()).isEqualTo(404);
        await().atMost(SECONDS)
                .untilAsserted(() -> assertThat(List.of(viaHttp, viaQueue, viaFile))
                        .allSatisfy(number -> assertThat(sandbox.twilio().sentTo(number))
                                .extracting(TwilioMessage::body)
                                .containsExactly("Your order 7 can be picked up at Station Road.")));
        CasesTest.holds(sandbox, sandbox.routes().resolve("cases/pickup-ready/once.yaml"));

        removed(sandbox, "pickup-ready");
    }

    @Test
    void theScaffoldMakesAnEventThatWorks(Sandbox sandbox) throws Exception {
        int exit = NewEvent.create("table-ready", sandbox.routes());

        assertThat(exit).isZero();
        await().atMost(SECONDS).until(() -> sandbox.post("table-ready", "{}").statusCode() == 400);
        CasesTest.holds(sandbox, sandbox.routes().resolve("cases/table-ready/once.yaml"));

        removed(sandbox, "table-ready");
    }

    @Test
    void theScaffoldOverwritesNothing(@TempDir Path folder) throws Exception {
        Files.createDirectories(folder.resolve("schemas"));
        Files.writeString(folder.resolve("schemas/table-ready.schema.json"), "mine");

        assertThat(NewEvent.create("table-ready", folder)).isEqualTo(1);
        assertThat(NewEvent.create("Table Ready", folder)).isEqualTo(2);
        assertThat(folder.resolve("events")).doesNotExist();
        assertThat(folder.resolve("schemas/table-ready.schema.json")).hasContent("mine");
    }

    private static Map<String, String> filesOf(String page) {
        Map<String, String> files = new LinkedHashMap<>();
        SHOWN.matcher(page).results().forEach(shown -> files.put(shown.group(1), shown.group(2)));
        return files;
    }

    private static String event(Sandbox sandbox, String number) {
        return "{\"eventId\":\"" + sandbox.newEventId() + "\",\"phone\":\"" + number
                + "\",\"orderId\":\"7\",\"shop\":\"Station Road\",\"consentAt\":\"2026-06-02T09:00:00Z\"}";
    }

    /** Takes an event's files away, and waits until it is gone. */
    private static void removed(Sandbox sandbox, String event) throws IOException {
        var files = new ArrayList<Path>();
        try (var found = Files.walk(sandbox.routes())) {
            found.filter(file -> Files.isRegularFile(file) && file.toString().contains(event))
                    .forEach(files::add);
        }
        for (Path file : files) {
            FileSystemUtils.deleteRecursively(file);
        }
        var camel = sandbox.context().getBean(CamelContext.class);
        await().atMost(SECONDS).until(() -> camel.getRoute("event-" + event) == null);
        assertThat(sandbox.post(event, "{}").statusCode()).isEqualTo(404);
    }
}
