package io.textonce.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every case holds: those of routes/cases, and those in the folder that TEXTONCE_ROUTES names. */
@SandboxTest
class CasesTest {

    private static final Duration LONGEST = Duration.ofSeconds(30);

    @TestFactory
    Stream<DynamicTest> holds(Sandbox sandbox) {
        return Stream.of(Path.of("routes", "cases"), sandbox.routes().resolve("cases"))
                .flatMap(folder -> files(folder)
                        .map(file -> DynamicTest.dynamicTest(
                                folder.relativize(file).toString(), () -> holds(sandbox, file))));
    }

    @Test
    void everyShippedEventThatTextsHasOneOfEachKind() {
        var events = files(Path.of("routes", "events"))
                .filter(file -> contentOf(file).contains("-send"))
                .map(file -> file.getFileName().toString().replace(".camel.yaml", ""))
                .toList();

        assertThat(events)
                .allSatisfy(event -> assertThat(Path.of("routes", "cases", event))
                        .isDirectoryContaining("glob:**/success.yaml")
                        .isDirectoryContaining("glob:**/duplicate.yaml")
                        .isDirectoryContaining("glob:**/refusal.yaml")
                        .isDirectoryContaining("glob:**/outage.yaml"));
    }

    private static String contentOf(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void holds(Sandbox sandbox, Path file) throws IOException {
        Map<String, String> standIns = new HashMap<>();
        CaseFile given;
        try {
            given = new CaseFile(
                    Files.readString(file), name -> standIns.computeIfAbsent(name, key -> standIn(sandbox, key)));
        } catch (IllegalArgumentException e) {
            throw new AssertionError(file + ": " + e.getMessage(), e);
        }
        new Run(sandbox, file + " (" + given.name() + ")", standIns).of(given);
    }

    /** New ids and numbers, a time some hours or days ahead, and a zone in which it is two in the afternoon now. */
    private static String standIn(Sandbox sandbox, String name) {
        if (name.startsWith("$id")) {
            return "e-" + UUID.randomUUID();
        }
        if (name.startsWith("$phone")) {
            return sandbox.newNumber();
        }
        if (name.startsWith("$in")) {
            var amount = Long.parseLong(name.replaceAll("\\D", ""));
            return Instant.now()
                    .plus(name.endsWith("h") ? Duration.ofHours(amount) : Duration.ofDays(amount))
                    .toString();
        }
        int ahead = 14 - Instant.now().atOffset(ZoneOffset.UTC).getHour();
        return ZoneOffset.ofHours(ahead < -11 ? ahead + 24 : ahead).getId();
    }

    /** One case while it is tried. */
    private static final class Run {

        private final Sandbox sandbox;
        private final String what;
        private final Map<String, String> standIns;
        private final List<Integer> statuses = new ArrayList<>();
        private final List<String> reasons = new ArrayList<>();

        Run(Sandbox sandbox, String what, Map<String, String> standIns) {
            this.sandbox = sandbox;
            this.what = what;
            this.standIns = standIns;
        }

        private Stream<String> numbers() {
            return standIns.entrySet().stream()
                    .filter(standIn -> standIn.getKey().startsWith("$phone"))
                    .map(Map.Entry::getValue);
        }

        void of(CaseFile given) {
            behave(given.twilio());
            var then = given.then();
            for (JsonNode step : given.steps()) {
                for (int time = 0; time < step.path("times").asInt(1); time++) {
                    happens(step, then.has("refused"));
                }
            }
            if (then.has("answers")) {
                List<Integer> expected = new ArrayList<>();
                then.get("answers").forEach(status -> expected.add(status.asInt()));
                assertThat(statuses).as("%s: the answers", what).isEqualTo(expected);
            }
            if (then.has("refused")) {
                assertThat(reasons)
                        .as("%s: the reasons", what)
                        .anyMatch(reason -> reason.contains(then.get("refused").asText()));
            }
            if (then.has("texts")) {
                List<String> expected = new ArrayList<>();
                then.get("texts")
                        .forEach(text -> expected.add(text.path("to").asText() + ": "
                                + text.path("text").asText()));
                await().atMost(LONGEST)
                        .untilAsserted(() -> assertThat(texts())
                                .as("%s: the texts", what)
                                .containsExactlyInAnyOrderElementsOf(expected));
            }
            if (then.has("status")) {
                await().atMost(LONGEST)
                        .ignoreExceptions()
                        .untilAsserted(() -> assertThat(delivery().get("status"))
                                .as("%s: the status", what)
                                .isEqualTo(then.get("status").asText()));
            }
            if (then.has("segments")) {
                assertThat(delivery().get("segments"))
                        .as("%s: the segments", what)
                        .hasToString(then.get("segments").asText());
            }
        }

        private void behave(String how) {
            var words = how.split(" ");
            numbers().forEach(number -> {
                switch (how) {
                    case "accepts" -> {}
                    case "is busy" -> sandbox.twilio().forNumber(number, 1, Fault.refuses(20429));
                    case "fails" -> sandbox.twilio().forNumber(number, 1, Fault.answers(503));
                    case "loses its answer" ->
                        sandbox.twilio().forNumber(number, 1, Fault.resets().afterRecording());
                    default -> {
                        if (!how.matches("refuses \\d{5}")) {
                            throw new AssertionError(what + ": Twilio can't behave so: " + how
                                    + "; it accepts, refuses 21211, is busy, fails, or loses its answer");
                        }
                        sandbox.twilio().forNumber(number, Fault.refuses(Integer.parseInt(words[1])));
                    }
                }
            });
        }

        private void happens(JsonNode step, boolean refused) {
            String body = step.get("body").toString();
            if (step.has("post")) {
                var answer = sandbox.post(step.get("post").asText(), body);
                statuses.add(answer.statusCode());
                reasons.add(answer.body());
            } else if (step.has("publish")) {
                sandbox.publish(step.get("publish").asText(), body);
                if (refused) {
                    reasons.add(
                            deadLetterReason(step.get("body").path("eventId").asText()));
                }
            } else {
                String event = step.get("drop").asText();
                String name = "case-" + sandbox.newEventId();
                sandbox.drop(event, name + ".jsonl", body + "\n");
                if (refused) {
                    Path failed = sandbox.peers().inbox().resolve(event).resolve("failed");
                    reasons.add(await().atMost(LONGEST)
                            .ignoreExceptions()
                            .until(() -> failedLines(failed, name), Objects::nonNull));
                }
            }
        }

        private String deadLetterReason(String eventId) {
            return await().atMost(LONGEST).ignoreExceptions().until(() -> deadLetter(eventId), Objects::nonNull);
        }

        private @Nullable String deadLetter(String eventId) {
            return sandbox.jms().browse("textonce.events.dead", (session, browser) -> {
                var letters = browser.getEnumeration();
                while (letters.hasMoreElements()) {
                    if (letters.nextElement() instanceof TextMessage letter
                            && letter.getText().contains(eventId)) {
                        return letter.getStringProperty("textonceReason");
                    }
                }
                return null;
            });
        }

        private static @Nullable String failedLines(Path folder, String name) throws IOException {
            try (var files = Files.list(folder)) {
                var found = files.filter(file -> file.getFileName().toString().startsWith(name))
                        .findFirst();
                return found.isPresent() ? Files.readString(found.get()) : null;
            }
        }

        private List<String> texts() {
            return numbers()
                    .flatMap(number -> sandbox.twilio().sentTo(number).stream())
                    .map((TwilioMessage message) -> message.to() + ": " + message.body())
                    .toList();
        }

        private Map<String, Object> delivery() {
            return sandbox.delivery(standIns.getOrDefault("$id", ""));
        }
    }
}
