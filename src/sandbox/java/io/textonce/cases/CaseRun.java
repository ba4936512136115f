package io.textonce.cases;

import com.fasterxml.jackson.databind.JsonNode;
import io.textonce.event.LineError;
import io.textonce.event.Utf8Text;
import io.textonce.sandbox.Fault;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;

/** Run of one case. It fails with the expected result beside the actual one. */
final class CaseRun {

    /** Reconciliation of an unknown outcome takes as long. */
    private static final Duration AFTER_A_FAULT = Duration.ofSeconds(30);

    private static final long PAUSE_NANOS = 50_000_000;
    private static final String ACCEPTS = "accepts";
    private static final String NO_FAILURE = "none, since none of answers, rejected and status is listed";

    private final CaseWorld world;
    private final CaseFailures failures;
    private final String what;
    private final Duration patience;
    private final Map<String, String> standIns = new HashMap<>();
    private final List<Integer> statuses = new ArrayList<>();
    private final List<String> reasons = new ArrayList<>();

    /** Checks of what ends after its step; each returns whether it is still unprocessed. */
    private final List<BooleanSupplier> unprocessed = new ArrayList<>();

    private CaseRun(CaseWorld world, CaseFailures failures, String what, Duration patience) {
        this.world = world;
        this.failures = failures;
        this.what = what;
        this.patience = patience;
    }

    /**
     * Runs a case.
     *
     * @param patience how long to wait for a result that does not come
     * @throws AssertionError if the file has an error, or a result is not as expected
     */
    static void check(CaseWorld world, Path file, Duration patience) throws IOException {
        String text;
        try {
            text = Utf8Text.of(Files.readAllBytes(file));
        } catch (LineError e) {
            throw new AssertionError(file + ": line " + e.line() + ": " + e.getMessage(), e);
        }
        try (var failures = world.failures()) {
            new CaseRun(world, failures, file.toString(), patience).check(text);
        }
    }

    private void check(String text) {
        CaseFile given;
        try {
            given = new CaseFile(text, name -> standIns.computeIfAbsent(name, this::standIn));
        } catch (IllegalArgumentException e) {
            throw new AssertionError(what + ": " + e.getMessage(), e);
        }
        behave(given.twilio());
        var then = given.then();
        for (JsonNode step : given.steps()) {
            for (int time = 0; time < step.path("times").asInt(1); time++) {
                try {
                    happens(step, then.has("rejected"));
                } catch (RuntimeException e) {
                    String reason = NestedExceptionUtils.getMostSpecificCause(e).getMessage();
                    throw new AssertionError(what + ": " + step.fieldNames().next() + " fails: " + reason, e);
                }
            }
        }
        var most = given.twilio().equals(ACCEPTS) ? patience : AFTER_A_FAULT;
        String name = given.name();
        if (then.has("answers")) {
            List<Integer> expected = new ArrayList<>();
            then.get("answers").forEach(status -> expected.add(status.asInt()));
            await(name, "answers", expected, () -> statuses, Duration.ZERO);
        } else if (!given.listsFailure() && statuses.stream().anyMatch(status -> status >= 400)) {
            throw failure(name, "answers", NO_FAILURE, statuses);
        }
        if (then.has("rejected")
                && reasons.stream()
                        .noneMatch(
                                reason -> reason.contains(then.get("rejected").asText()))) {
            throw failure(name, "rejected", then.get("rejected").asText(), reasons);
        }
        if (then.has("texts")) {
            List<String> expected = new ArrayList<>();
            then.get("texts")
                    .forEach(message -> expected.add(message.path("to").asText() + ": "
                            + message.path("text").asText()));
            expected.sort(Comparator.naturalOrder());
            boolean isProcessed = Boolean.FALSE.equals(
                    poll(() -> unprocessed.stream().anyMatch(BooleanSupplier::getAsBoolean), more -> !more, most));
            if (expected.isEmpty() && given.steps().stream().anyMatch(step -> step.has("sql"))) {
                // No one knows when the user's route reads the table.
                poll(this::texts, texts -> !texts.isEmpty(), patience);
            }
            // A message that was sent does not go away.
            boolean mayChange = isProcessed && !expected.isEmpty();
            await(name, "texts", expected, this::texts, mayChange ? most : Duration.ZERO);
            if (expected.isEmpty()
                    && !given.listsFailure()
                    && !failures.reasons().isEmpty()) {
                // An event that was rejected sends nothing either, which is not what the case is about.
                throw failure(name, "rejected", NO_FAILURE, List.of());
            }
        }
        for (String column : List.of("status", "segments")) {
            if (then.has(column)) {
                await(name, column, then.get(column).asText(), () -> delivery(column), most.plus(patience));
            }
        }
    }

    /** New ids and numbers, a time some hours or days ahead, and a zone in which it is two in the afternoon now. */
    private String standIn(String name) {
        if (name.startsWith("$id")) {
            return "e-" + UUID.randomUUID();
        }
        if (name.startsWith("$phone")) {
            return world.newNumber();
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

    private Stream<String> numbers() {
        return standIns.entrySet().stream()
                .filter(standIn -> standIn.getKey().startsWith("$phone"))
                .map(Map.Entry::getValue);
    }

    private void behave(String how) {
        var twilio = world.peers().twilio();
        numbers().forEach(number -> {
            switch (how) {
                case ACCEPTS -> {}
                case "is busy" -> twilio.forNumber(number, 1, Fault.refuses(20429));
                case "fails" -> twilio.forNumber(number, 1, Fault.answers(503));
                case "loses its answer" ->
                    twilio.forNumber(number, 1, Fault.resets().afterRecording());
                default -> {
                    if (!how.matches("rejects \\d{5}")) {
                        throw new AssertionError(what + ": Twilio can't behave so: " + how
                                + "; it accepts, rejects 21211, is busy, fails, or loses its answer");
                    }
                    twilio.forNumber(number, Fault.refuses(Integer.parseInt(how.split(" ")[1])));
                }
            }
        });
    }

    private void happens(JsonNode step, boolean rejected) {
        var body = step.path("body");
        boolean readsReason = rejected && CaseFile.isEvent(step);
        if (step.has("post")) {
            var answer = world.post(step.get("post").asText(), body);
            statuses.add(answer.statusCode());
            failures.add(answer);
            reasons.add(answer.body());
        } else if (step.has("publish")) {
            String target = step.get("publish").asText();
            world.publish(target, body);
            unprocessed.add(() -> world.isQueued(target));
            if (readsReason) {
                reasons.add(
                        reason(() -> world.deadLetterReason(body.path("eventId").asText())));
            }
        } else if (step.has("drop")) {
            String target = step.get("drop").asText();
            poll(() -> world.isThere(target), isThere -> !isThere, patience);
            String name = world.drop(
                    target, body, Charset.forName(step.path("charset").asText("UTF-8")));
            unprocessed.add(() -> world.isDropped(target, name));
            if (readsReason) {
                reasons.add(reason(() -> world.rejected(target, name)));
            }
        } else {
            world.sql(step.get("sql").asText());
        }
    }

    private String reason(Supplier<String> reader) {
        return Objects.requireNonNull(poll(reader, reason -> !reason.isEmpty(), AFTER_A_FAULT));
    }

    private List<String> texts() {
        return numbers()
                .flatMap(number -> world.textsTo(number).stream())
                .sorted()
                .toList();
    }

    private @Nullable String delivery(String column) {
        var value = world.delivery(standIns.getOrDefault("$id", ""), column);
        return value == null ? null : value.toString();
    }

    private <T> void await(String name, String part, T expected, Supplier<@Nullable T> actual, Duration most) {
        T last = poll(actual, expected::equals, most);
        if (!expected.equals(last)) {
            throw failure(name, part, expected, last);
        }
    }

    private static <T> @Nullable T poll(Supplier<@Nullable T> actual, Predicate<T> isEnough, Duration most) {
        long end = System.nanoTime() + most.toNanos();
        T last = actual.get();
        while ((last == null || !isEnough.test(last)) && System.nanoTime() < end) {
            LockSupport.parkNanos(PAUSE_NANOS);
            last = actual.get();
        }
        return last;
    }

    private AssertionError failure(String name, String part, Object expected, @Nullable Object actual) {
        var why = failures.reasons();
        return new AssertionError("%s: %s%n  %s%n    expected  %s%n    actual    %s%s"
                .formatted(
                        what,
                        name,
                        part,
                        lines(expected),
                        actual == null ? "none" : lines(actual),
                        why.isEmpty() ? "" : "%n    reasons   %s".formatted(lines(why))));
    }

    private static String lines(Object value) {
        return value instanceof List<?> list && !list.isEmpty()
                ? String.join(
                        "\n              ", list.stream().map(String::valueOf).toList())
                : value.toString();
    }
}
