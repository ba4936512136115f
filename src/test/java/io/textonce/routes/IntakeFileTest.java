package io.textonce.routes;

import static io.textonce.sandbox.Fault.answersLate;
import static io.textonce.sandbox.Fault.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioPost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@SandboxTest
@ExtendWith(OutputCaptureExtension.class)
class IntakeFileTest {

    private static final String EVENT = "order-shipped";

    /** Lines of all files that may be sent at once. */
    private static final int PARALLEL = Sandbox.FILE_PARALLEL;

    /** More than may be sent at once. */
    private static final int LINES = PARALLEL + 16;

    /** Longer than a test takes until it lets the answer go, however slow this machine is. */
    private static final Duration UNTIL_LET_GO = Duration.ofSeconds(10);

    @ParameterizedTest
    @ValueSource(strings = {"one.json", "array.json", "lines.jsonl", "lines.NDJSON", "rows.csv"})
    void makesATextOfEveryLine(String format, Sandbox sandbox) {
        List<String> numbers = numbers(sandbox, format.startsWith("one") ? 1 : 3);
        List<String> events =
                numbers.stream().map(number -> event(sandbox, number)).toList();
        String content = switch (format) {
            case "one.json" -> events.get(0);
            case "array.json" -> "[" + String.join(",\n", events) + "]";
            case "rows.csv" ->
                "eventId,phone,orderId,consentAt\n"
                        + numbers.stream()
                                .map(number -> sandbox.newEventId() + "," + number + ",1001,2026-06-02T09:00:00.000Z\n")
                                .collect(Collectors.joining());
            default -> String.join("\n", events);
        };
        String name = UUID.randomUUID() + format;

        sandbox.drop(EVENT, name, content);

        awaitDone(sandbox, name);
        assertThat(numbers)
                .allSatisfy(
                        number -> assertThat(sandbox.twilio().sentTo(number)).hasSize(1));
        assertThat(failed(sandbox, EVENT, name)).doesNotExist();
    }

    @Test
    void keepsAnEarlierFileOfTheSameName(Sandbox sandbox) {
        String name = newName();
        String first = event(sandbox, sandbox.newNumber());
        String second = event(sandbox, sandbox.newNumber());
        sandbox.drop(EVENT, name, first);
        awaitDone(sandbox, name);

        sandbox.drop(EVENT, name, second);

        awaitDone(sandbox, name.replace(".", "-2."));
        assertThat(done(sandbox, name)).hasContent(first);
        assertThat(done(sandbox, name.replace(".", "-2."))).hasContent(second);
    }

    @Test
    void keepsTheBadLinesToBeMendedAndDroppedAgain(Sandbox sandbox) throws IOException {
        List<String> good = numbers(sandbox, 5);
        String schema = sandbox.newNumber();
        String refused = sandbox.newNumber();
        String reused = sandbox.newNumber();
        String reusedId = sandbox.newEventId();
        sandbox.post(EVENT, sandbox.orderShipped(reusedId, sandbox.newNumber()));
        sandbox.twilio().forNumber(refused, 1, refuses(21211));
        List<String> lines = new ArrayList<>();
        good.forEach(number -> lines.add(event(sandbox, number)));
        lines.add(1, "{\"phone\":");
        lines.add(2, event(sandbox, schema).replace("\"consentAt\"", "\"consentedAt\""));
        lines.add(3, event(sandbox, refused));
        lines.add(4, sandbox.orderShipped(reusedId, reused));
        String name = newName();

        sandbox.drop(EVENT, name, String.join("\n", lines));

        awaitDone(sandbox, name);
        Path failed = failed(sandbox, EVENT, name);
        assertThat(good)
                .allSatisfy(
                        number -> assertThat(sandbox.twilio().sentTo(number)).hasSize(1));
        assertThat(Files.readAllLines(failed).stream()
                        .filter(line -> !line.startsWith("#"))
                        .toList())
                .containsExactlyInAnyOrderElementsOf(lines.subList(1, 5));
        assertThat(comments(failed))
                .hasSize(4)
                .anyMatch(reason -> reason.startsWith("# line 2: is not valid JSON"))
                .anyMatch(reason -> reason.startsWith("# line 3: consentAt: "))
                .anyMatch(reason -> reason.startsWith("# line 4: ") && reason.endsWith("(Twilio 21211)"))
                .anyMatch(reason -> reason.startsWith("# line 5: This eventId was already used"))
                .noneMatch(reason -> reason.matches(".*\\d{7}.*"));

        String mended = Files.readString(failed)
                .replace("{\"phone\":\n", "\n")
                .replace("consentedAt", "consentAt")
                .replace(reusedId, sandbox.newEventId());
        sandbox.drop(EVENT, "mended-" + name, mended);

        awaitDone(sandbox, "mended-" + name);
        assertThat(failed(sandbox, EVENT, "mended-" + name)).doesNotExist();
        assertThat(List.of(schema, refused, reused))
                .allSatisfy(
                        number -> assertThat(sandbox.twilio().sentTo(number)).hasSize(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "order-shipped | x.txt   | the file's name must end in .json",
                "order-shipped | x       | the file's name must end in .json",
                "order-shipped | x.json  | the JSON is broken in element 1",
                "order-shipped | x.csv   | there is no header",
                "order-lost    | x.jsonl | Unknown event",
                "Order_Shipped | x.jsonl | must be an event's",
            })
    void keepsAWholeFileThatIsNoEventsAndLooksAtItOnce(String folder, String suffix, String reason, Sandbox sandbox)
            throws IOException {
        String name = UUID.randomUUID() + suffix;

        sandbox.drop(folder, name, "7,,\n");

        Path done = sandbox.peers().inbox().resolve(folder).resolve("done").resolve(name);
        await().untilAsserted(() -> assertThat(done).exists());
        assertThat(comments(failed(sandbox, folder, name)))
                .singleElement()
                .satisfies(comment -> assertThat(comment).contains(reason));
        assertThat(failed(sandbox, folder, name)).content().endsWith("7,,\n");
        awaitAnotherPoll(sandbox);
        assertThat(List.of(done.getParent(), failed(sandbox, folder, name).getParent()))
                .allSatisfy(directory -> assertThat(filesOf(directory, name))
                        .filteredOn(file -> !file.toString().matches(".*\\.(results|final)\\.csv"))
                        .hasSize(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "eventId,phone,orderId,consentAt\r\n%s,%s,A1,2026-06-02T09:00:00Z\r\n,,,\r\n,,,\r\n,,,\r\n",
                "eventId,phone,orderId,consentAt,,\r\n%s,%s,A1,2026-06-02T09:00:00Z,,\r\n",
                "sep=;\r\neventId;phone;orderId;consentAt\r\n%s;%s;A1;2026-06-02T09:00:00Z\r\n",
                "Orders of Monday\r\nEvent_ID|PHONE|order-id|Consent At\r\n%s|%s|A1|2026-06-02T09:00:00Z\r\n",
            })
    void readsACsvFileAsSpreadsheetsAndShopsWriteIt(String content, Sandbox sandbox) {
        String number = sandbox.newNumber();
        String name = UUID.randomUUID() + ".csv";

        sandbox.drop(EVENT, name, content.formatted(sandbox.newEventId(), number));

        awaitDone(sandbox, name);
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
        assertThat(failed(sandbox, EVENT, name)).doesNotExist();
    }

    @Test
    void holdsATextWhoseTimeStandsUnderAHeaderInAnotherCase(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        String name = UUID.randomUUID() + ".csv";

        sandbox.drop(
                EVENT,
                name,
                "eventId,phone,orderId,consentAt,SendAt\r\n%s,%s,A1,2026-06-02T09:00:00Z,%s\r\n"
                        .formatted(id, number, Instant.now().plus(Duration.ofDays(2))));

        awaitDone(sandbox, name);
        assertThat(sandbox.delivery(id)).containsEntry("status", "held");
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @Test
    void keepsACsvFileWithoutAHeaderWholeUnderOneReason(Sandbox sandbox) {
        List<String> numbers = numbers(sandbox, 2);
        String content = numbers.stream()
                .map(number -> sandbox.newEventId() + "," + number + ",A1,2026-06-02T09:00:00Z\r\n")
                .collect(Collectors.joining());
        String name = UUID.randomUUID() + ".csv";

        sandbox.drop(EVENT, name, content);

        awaitDone(sandbox, name);
        assertThat(comments(failed(sandbox, EVENT, name)))
                .containsExactly("# there is no header: line 1 names no field;"
                        + " missing: eventId, phone, orderId, consentAt");
        assertThat(failed(sandbox, EVENT, name)).content().endsWith(content);
        assertThat(posts(sandbox, numbers)).isEmpty();
    }

    @Test
    void readsACsvFileOfAnOwnEventByTheSchemaThatItsRouteNames(Sandbox sandbox) throws IOException {
        String event = "box-count";
        Path routes = sandbox.routes();
        Path schema = own(routes.resolve("schemas/boxes-" + event + ".schema.json"), """
                {"type": "object", "required": ["eventId", "phone", "consentAt", "boxes", "fragile"],
                 "properties": {"boxes": {"type": "integer", "minimum": 1}, "fragile": {"type": "boolean"},
                   "eventId": {"type": "string"}, "phone": {"type": "string"}, "consentAt": {"type": "string"}}}
                """);
        Path route = own(routes.resolve("events/" + event + ".camel.yaml"), """
                - route:
                    id: event-NAME
                    routeConfigurationId: to-caller
                    from:
                      uri: direct:event-NAME
                      steps:
                        - to: kamelet:event-check-action?schema=boxes-NAME
                        - setVariable:
                            name: text
                            simple: ${body[boxes]} boxes, ${body[fragile]}
                        - to: kamelet:sms-send-sink?event=NAME&purpose=own
                """.replace("NAME", event));
        String number = sandbox.newNumber();
        String name = UUID.randomUUID() + ".csv";
        try {
            await().until(() -> sandbox.context().getBean(CamelContext.class).getRoute("event-" + event) != null);
            sandbox.drop(
                    event,
                    name,
                    "Event Id;phone;consent_at;Boxes;FRAGILE\n%s;%s;2026-06-02T09:00:00Z;03;TRUE\n"
                            .formatted(sandbox.newEventId(), number));

            await().until(() -> !sandbox.twilio().sentTo(number).isEmpty());
        } finally {
            Files.delete(route);
            Files.delete(schema);
        }
        assertThat(sandbox.twilio().sentTo(number))
                .singleElement()
                .satisfies(text -> assertThat(text.body()).endsWith("3 boxes, true"));
    }

    @Test
    void putsAnEmptyFileAwayOnceNobodyWritesItAnyMore(Sandbox sandbox, CapturedOutput output) throws IOException {
        String name = newName();
        double before = ignored(sandbox, "empty");

        Files.createFile(folder(sandbox).resolve(name));

        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(done(sandbox, name)).exists());
        assertThat(failed(sandbox, EVENT, name)).hasContent("# The file is empty.");
        assertThat(output).containsOnlyOnce(name + " was moved to failed: The file is empty.");
        assertThat(ignored(sandbox, "empty")).isEqualTo(before + 1);
    }

    @Test
    void namesAFileInTheInboxItselfAndAFolderTooDeepOnce(Sandbox sandbox, CapturedOutput output) throws IOException {
        Path root = sandbox.peers().inbox();
        double root0 = ignored(sandbox, "root");
        Path stray = Files.writeString(root.resolve(newName()), event(sandbox, sandbox.newNumber()));
        Path deep = Files.createDirectories(
                folder(sandbox).resolve(UUID.randomUUID().toString()));
        Path lost = Files.writeString(deep.resolve(newName()), event(sandbox, sandbox.newNumber()));

        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(output)
                        .contains(stray.getFileName() + " is ignored", deep.getFileName() + " is ignored"));
        awaitAnotherPoll(sandbox);

        assertThat(output).containsOnlyOnce(stray.getFileName().toString());
        assertThat(output).containsOnlyOnce(deep.getFileName().toString());
        assertThat(ignored(sandbox, "root")).isEqualTo(root0 + 1);
        assertThat(stray).exists();
        assertThat(lost).exists();
        Files.delete(stray);
        Files.delete(lost);
        Files.delete(deep);
    }

    @Test
    void readsAFileThatTookTheNameOfOneThatWasBeingRead(Sandbox sandbox) throws IOException {
        List<String> numbers = numbers(sandbox, 2);
        sandbox.twilio().forNumber(numbers.get(0), answersLate(UNTIL_LET_GO));
        String name = newName();
        Path file = sandbox.drop(EVENT, name, event(sandbox, numbers.get(0)) + "\noops\n");
        await().untilAsserted(() ->
                assertThat(sandbox.twilio().sentTo(numbers.get(0))).hasSize(1));

        Path part = Files.writeString(file.resolveSibling("." + name), event(sandbox, numbers.get(1)));
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        sandbox.twilio().letGo();

        awaitDone(sandbox, name);
        assertThat(numbers)
                .allSatisfy(
                        number -> assertThat(sandbox.twilio().sentTo(number)).hasSize(1));
        assertThat(done(sandbox, name)).content().contains(numbers.get(1));
        assertThat(failed(sandbox, EVENT, name)).content().endsWith("oops\n");
    }

    @Test
    void waitsForAFileThatIsStillBeingWritten(Sandbox sandbox) throws IOException {
        List<String> numbers = numbers(sandbox, 3);
        String name = newName();
        Path file = folder(sandbox).resolve(name);
        // A copy that keeps its original's times, as cp -p and rsync -t make it, looks old from the start.
        FileTime yesterday = FileTime.from(Instant.now().minus(Duration.ofDays(1)));

        var pieces = numbers.stream()
                .flatMap(number -> Stream.of((event(sandbox, number) + "\n").split("(?<=\\G.{12})")))
                .iterator();
        await().pollInterval(Duration.ofMillis(50)).until(() -> {
            assertThat(done(sandbox, name)).doesNotExist();
            assertThat(posts(sandbox, numbers)).isEmpty();
            append(file, pieces.next());
            Files.setLastModifiedTime(file, yesterday);
            return !pieces.hasNext();
        });
        awaitDone(sandbox, name);
        assertThat(failed(sandbox, EVENT, name)).doesNotExist();
        assertThat(numbers)
                .allSatisfy(
                        number -> assertThat(sandbox.twilio().sentTo(number)).hasSize(1));
    }

    @Test
    void leavesFilesWithTemporaryNamesAlone(Sandbox sandbox) throws IOException {
        String number = sandbox.newNumber();
        List<Path> files = Stream.of(".%s.jsonl", "%s.jsonl.tmp", "%s.jsonl.part", "%s.jsonl.filepart")
                .map(pattern -> folder(sandbox).resolve(pattern.formatted(UUID.randomUUID())))
                .toList();
        files.forEach(file -> append(file, event(sandbox, number)));

        awaitAnotherPoll(sandbox);

        assertThat(files).allSatisfy(file -> assertThat(file).exists());
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
        for (Path file : files) {
            Files.delete(file);
        }
    }

    @Test
    void isNotHeldUpByAnEmptyFileOrOneThatNeverStopsGrowing(Sandbox sandbox) throws IOException {
        Path empty = Files.createFile(folder(sandbox).resolve("a-" + newName()));
        Path growing = folder(sandbox).resolve("b-" + newName());
        String name = "c-" + newName();
        sandbox.drop(EVENT, name, event(sandbox, sandbox.newNumber()));

        await().pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
            append(growing, "# still going on\n");
            assertThat(done(sandbox, name)).exists();
        });

        assertThat(empty).exists();
        assertThat(growing).exists();
        Files.delete(empty);
        Files.delete(growing);
    }

    /** As on a full disk: neither is a rejected line lost, nor one that was sent rejected. */
    @ParameterizedTest
    @ValueSource(strings = {"done", "failed"})
    void readsAFileAgainWhoseOutcomesCouldNotBeWritten(String folder, Sandbox sandbox) throws IOException {
        String name = UUID.randomUUID() + ".csv";
        String number = sandbox.newNumber();
        String bad = sandbox.newEventId();
        Path away = folder(sandbox).resolve(folder);
        Path aside = sandbox.peers().inbox().resolveSibling("aside-" + folder);
        Files.createDirectories(away);
        sandbox.twilio().forNumber(number, answersLate(UNTIL_LET_GO));
        String content = "eventId,phone,orderId,consentAt\n" + sandbox.newEventId() + "," + number
                + ",1001,2026-06-02T09:00:00Z\n";
        if (folder.equals("failed")) {
            Files.move(away, aside);
            Files.writeString(away, "");
            content += bad + ",nobody,1001,2026-06-02T09:00:00Z\n";
        }

        sandbox.drop(EVENT, name, content);
        await().until(() -> !sandbox.twilio().sentTo(number).isEmpty());
        if (folder.equals("done")) {
            Files.move(away, aside);
        }
        sandbox.twilio().letGo();
        await().until(
                        () -> sandbox.database()
                                .queryForList(
                                        "SELECT state FROM textonce.file_runs WHERE path LIKE '%' || ?",
                                        String.class, name),
                        states -> states.contains("stopped"));
        Files.deleteIfExists(away);
        Files.move(aside, away);

        awaitDone(sandbox, name);
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
        Path rejected = failed(sandbox, EVENT, name);
        if (folder.equals("failed")) {
            assertThat(rejected).content().contains(bad).doesNotContain(number);
        } else {
            assertThat(rejected).doesNotExist();
        }
    }

    @Test
    void readsAFileAgainThatWasWrittenOnWhileItWasRead(Sandbox sandbox) throws IOException {
        List<String> numbers = numbers(sandbox, 2);
        sandbox.twilio().forNumber(numbers.get(0), answersLate(UNTIL_LET_GO));
        String name = newName();
        Path file = sandbox.drop(EVENT, name, event(sandbox, numbers.get(0)) + "\noops\n");
        await().untilAsserted(() ->
                assertThat(sandbox.twilio().sentTo(numbers.get(0))).hasSize(1));

        append(file, event(sandbox, numbers.get(1)) + "\n");
        sandbox.twilio().letGo();

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(done(sandbox, name)).exists());
        assertThat(numbers)
                .allSatisfy(
                        number -> assertThat(sandbox.twilio().sentTo(number)).hasSize(1));
        assertThat(filesOf(failed(sandbox, EVENT, name).getParent(), name)).hasSize(1);
        assertThat(comments(failed(sandbox, EVENT, name))).hasSize(1);
    }

    @Test
    void sendsLinesInParallelAndNoMoreThanTheSettingSays(Sandbox sandbox) {
        List<String> numbers = numbers(sandbox, LINES);
        // Long enough for a busy machine to have begun half of them, and not as slow as Twilio in an outage.
        var delay = Duration.ofSeconds(4);
        numbers.forEach(number -> sandbox.twilio().forNumber(number, answersLate(delay)));

        dropEvents(sandbox, newName(), numbers);

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(posts(sandbox, numbers)).hasSize(LINES));
        assertThat(mostUnderWay(posts(sandbox, numbers), delay)).isBetween(PARALLEL / 2, PARALLEL);
    }

    @Test
    void doesNotLetAShortFileWaitForALongOne(Sandbox sandbox) {
        List<String> numbers = numbers(sandbox, PARALLEL / 2);
        numbers.forEach(number -> sandbox.twilio().forNumber(number, answersLate(UNTIL_LET_GO)));
        String longName = newName();
        String shortName = newName();
        dropEvents(sandbox, longName, numbers);
        await().until(() -> !posts(sandbox, numbers).isEmpty());

        sandbox.drop(EVENT, shortName, event(sandbox, sandbox.newNumber()));

        awaitDone(sandbox, shortName);
        assertThat(done(sandbox, longName)).doesNotExist();
        sandbox.twilio().letGo();
        awaitDone(sandbox, longName);
    }

    @Test
    void bridgesAShortAbsenceOfTheDatabase(Sandbox sandbox, CapturedOutput output) {
        List<String> numbers = numbers(sandbox, LINES);
        List<String> events = slowEventsWithBadOnes(sandbox, numbers);
        String name = newName();
        Path file = sandbox.drop(EVENT, name, String.join("\n", events));
        awaitAllUnderWay(sandbox, numbers);

        sandbox.peers().postgres().close();
        assertThat(staysFor(Duration.ofSeconds(2), file)).isTrue();
        sandbox.peers().postgres().start();

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(done(sandbox, name)).exists());
        assertEveryLineOnce(sandbox, name, events, numbers);
        assertThat(output).doesNotContain(name + " stays");
        assertThat(output.getAll().lines()).noneMatch(IntakeFileTest::isNoise);
        awaitRecovery(sandbox);
    }

    @Test
    @Tag("proof")
    void leavesAFileInPlaceWhileTheDatabaseIsAwayAndFinishesItAfterwards(Sandbox sandbox, CapturedOutput output) {
        List<String> numbers = numbers(sandbox, LINES);
        List<String> events = slowEventsWithBadOnes(sandbox, numbers);
        String name = newName();
        Path file = sandbox.drop(EVENT, name, String.join("\n", events));
        awaitAllUnderWay(sandbox, numbers);
        Path failed = failed(sandbox, EVENT, "");
        await().untilAsserted(() -> assertThat(failed).isDirectoryContaining("glob:**.failed.*.part"));

        sandbox.peers().postgres().close();
        // Every line that is under way has its tries, and each try waits for a connection.
        await().atMost(Duration.ofMinutes(3))
                .untilAsserted(() -> assertThat(failed).isDirectoryNotContaining("glob:**.failed.*.part"));
        assertThat(file).exists();
        sandbox.peers().postgres().start();

        await().atMost(Duration.ofMinutes(3))
                .untilAsserted(() -> assertThat(done(sandbox, name)).exists());
        assertEveryLineOnce(sandbox, name, events, numbers);
        assertThat(output).containsOnlyOnce(name + " stays").doesNotContain("FatalFallbackErrorHandler");
        assertThat(output.getAll().lines()).noneMatch(IntakeFileTest::isNoise);
        awaitRecovery(sandbox);
    }

    @Test
    void leavesAFileToTheInstanceThatHoldsItsLock(Sandbox sandbox) {
        String name = newName();
        String number = sandbox.newNumber();
        lock(sandbox, name, Duration.ZERO);

        Path file = sandbox.drop(EVENT, name, event(sandbox, number));

        awaitAnotherPoll(sandbox);
        assertThat(file).exists();
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
        sandbox.database().update("DELETE FROM textonce.file_locks");
        awaitDone(sandbox, name);
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    @Test
    void takesAFileOverFromAnInstanceThatDied(Sandbox sandbox) {
        String name = newName();
        lock(sandbox, name, Duration.ofMinutes(1));

        sandbox.drop(EVENT, name, event(sandbox, sandbox.newNumber()));

        awaitDone(sandbox, name);
        await().untilAsserted(() -> assertThat(locks(sandbox, name)).isZero());
    }

    @Test
    void holdsTheLockWhileItReads(Sandbox sandbox) {
        String name = newName();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, answersLate(UNTIL_LET_GO));

        sandbox.drop(EVENT, name, event(sandbox, number));

        await().untilAsserted(() -> assertThat(sandbox.twilio().sentTo(number)).hasSize(1));
        assertThat(locks(sandbox, name)).isEqualTo(1);
        sandbox.twilio().letGo();
        awaitDone(sandbox, name);
        await().untilAsserted(() -> assertThat(locks(sandbox, name)).isZero());
    }

    @Test
    void leavesAFileToTheInstanceThatTookItOver(Sandbox sandbox) {
        String name = newName();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, answersLate(UNTIL_LET_GO));
        Path file = sandbox.drop(EVENT, name, event(sandbox, number) + "\noops\n");
        await().untilAsserted(() -> assertThat(sandbox.twilio().sentTo(number)).hasSize(1));

        sandbox.database()
                .update("UPDATE textonce.file_locks SET holder = ? WHERE path LIKE ?", UUID.randomUUID(), "%" + name);
        sandbox.twilio().letGo();

        assertThat(staysFor(Duration.ofSeconds(4), file)).isTrue();
        assertThat(failed(sandbox, EVENT, name)).doesNotExist();
        sandbox.database().update("DELETE FROM textonce.file_locks");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(done(sandbox, name)).exists());
        assertThat(comments(failed(sandbox, EVENT, name))).hasSize(1);
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    private static List<String> slowEventsWithBadOnes(Sandbox sandbox, List<String> numbers) {
        List<String> events = new ArrayList<>();
        for (int i = 0; i < numbers.size(); i++) {
            String event = event(sandbox, numbers.get(i));
            events.add(i % 20 == 7 ? event.replace("orderId", "order") : event);
            sandbox.twilio().forNumber(numbers.get(i), answersLate(Duration.ofSeconds(3)));
        }
        return events;
    }

    /** Until as many lines wait for Twilio as may do so at once, and the rest of the file waits for them. */
    private static void awaitAllUnderWay(Sandbox sandbox, List<String> numbers) {
        await().until(() -> posts(sandbox, numbers).size() >= PARALLEL);
    }

    private static void assertEveryLineOnce(Sandbox sandbox, String name, List<String> events, List<String> numbers) {
        List<String> bad = IntStream.range(0, events.size())
                .filter(i -> i % 20 == 7)
                .mapToObj(events::get)
                .toList();
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < numbers.size(); i++) {
            int texts = sandbox.twilio().sentTo(numbers.get(i)).size();
            assertThat(texts).isLessThanOrEqualTo(1);
            if (texts == 0 && !bad.contains(events.get(i))) {
                missing.add(events.get(i));
            }
        }
        // The claim of one that was under way may have been committed without us hearing of it: evidence is to find it.
        assertThat(missing)
                .hasSizeLessThanOrEqualTo(32)
                .allSatisfy(event ->
                        assertThat(sandbox.delivery(event.substring(12, 53))).containsEntry("status", "reserved"));
        assertThat(failed(sandbox, EVENT, name))
                .content()
                .satisfies(content -> assertThat(content.lines().filter(line -> !line.startsWith("#")))
                        .containsExactlyInAnyOrderElementsOf(bad));
        assertThat(filesOf(failed(sandbox, EVENT, name).getParent(), name)).hasSize(1);
    }

    /** An error logged by a thread that reads files or sends their lines: one warning for the file is enough. */
    private static boolean isNoise(String line) {
        return line.matches(".* ERROR .*(file-line-|file-reader-|\\d/inbox\\]).*");
    }

    private static String newName() {
        return UUID.randomUUID() + ".jsonl";
    }

    private static List<String> numbers(Sandbox sandbox, int count) {
        return Stream.generate(sandbox::newNumber).limit(count).toList();
    }

    private static String event(Sandbox sandbox, String number) {
        return sandbox.orderShipped(sandbox.newEventId(), number);
    }

    private static void dropEvents(Sandbox sandbox, String name, List<String> numbers) {
        sandbox.drop(
                EVENT,
                name,
                numbers.stream().map(number -> event(sandbox, number)).collect(Collectors.joining("\n")));
    }

    private static Path own(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private static double ignored(Sandbox sandbox, String reason) {
        return sandbox.context()
                .getBean(MeterRegistry.class)
                .get("textonce.files.ignored")
                .tag("reason", reason)
                .counter()
                .count();
    }

    private static Path folder(Sandbox sandbox) {
        return sandbox.peers().inbox().resolve(EVENT);
    }

    private static Path done(Sandbox sandbox, String name) {
        return folder(sandbox).resolve("done").resolve(name);
    }

    private static Path failed(Sandbox sandbox, String folder, String name) {
        return sandbox.peers().inbox().resolve(folder).resolve("failed").resolve(name);
    }

    private static void awaitDone(Sandbox sandbox, String name) {
        await().untilAsserted(() -> assertThat(done(sandbox, name)).exists());
    }

    /** Until a file dropped after all others was read. */
    private static void awaitAnotherPoll(Sandbox sandbox) {
        String name = newName();
        sandbox.drop(EVENT, name, event(sandbox, sandbox.newNumber()));
        awaitDone(sandbox, name);
    }

    private static boolean staysFor(Duration time, Path file) {
        await().during(time).atMost(time.plusSeconds(5)).until(() -> Files.exists(file));
        return Files.exists(file);
    }

    private static void append(Path file, String text) {
        try {
            Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> comments(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith("#")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those of this name, numbered ones included. */
    private static List<Path> filesOf(Path directory, String name) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().contains(name.substring(0, 36)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void lock(Sandbox sandbox, String name, Duration age) {
        sandbox.database()
                .update(
                        "INSERT INTO textonce.file_locks (path, holder, refreshed_at)"
                                + " VALUES (?, ?, now() - CAST(? AS interval))",
                        folder(sandbox).resolve(name).toString(),
                        UUID.randomUUID(),
                        age.toString());
    }

    private static int locks(Sandbox sandbox, String name) {
        Integer count = sandbox.database()
                .queryForObject(
                        "SELECT count(*) FROM textonce.file_locks WHERE path LIKE ?", Integer.class, "%" + name);
        return count == null ? 0 : count;
    }

    private static List<TwilioPost> posts(Sandbox sandbox, List<String> numbers) {
        Set<String> wanted = Set.copyOf(numbers);
        return sandbox.twilio().posts().stream()
                .filter(post -> post.parameter("To") != null && wanted.contains(post.parameter("To")))
                .toList();
    }

    private static int mostUnderWay(List<TwilioPost> posts, Duration each) {
        return posts.stream()
                .mapToInt(post -> (int) posts.stream()
                        .filter(other -> !other.at().isBefore(post.at())
                                && other.at().isBefore(post.at().plus(each)))
                        .count())
                .max()
                .orElse(0);
    }

    /** The database serves other tests too. */
    private static void awaitRecovery(Sandbox sandbox) {
        sandbox.awaitConnections();
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        sandbox.post(EVENT, event(sandbox, sandbox.newNumber())).statusCode() == 202);
    }
}
