package io.textonce.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.textonce.phone.PhoneNumbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Threat: a value as long as a body, on which a regular expression backtracks for a minute, or needs the whole stack. */
class LongValuesTest {

    /** As much as a body of 64 KB has room for. */
    private static final int LENGTH = 60_000;

    private static final Duration AT_ONCE = Duration.ofSeconds(3);
    private static final ObjectMapper JSON = new ObjectMapper();

    static Stream<String> values() {
        return Stream.of(" ", "a", "a.", "-a", "1", "-", "\u200b")
                .map(unit -> unit.repeat(LENGTH / unit.length()))
                .flatMap(many -> Stream.of("", "aa", "https://")
                        .flatMap(start -> Stream.of("", " ", "a", "a b").map(end -> start + many + end)));
    }

    @Test
    void readsALongIdentifierAtOnce() {
        values().forEach(value -> assertTimeoutPreemptively(AT_ONCE, () -> {
            try {
                assertThat(Identifier.of("eventId", value)).hasSizeLessThanOrEqualTo(value.length());
            } catch (EventRejected rejection) {
                assertThat(rejection.httpStatus()).isEqualTo(400);
            }
        }));
    }

    @Test
    void readsALongNumberAtOnce() {
        var phones = new PhoneNumbers();

        values().forEach(value -> assertTimeoutPreemptively(
                AT_ONCE,
                () -> assertThat(phones.isE164(phones.canonical(value))).isFalse()));
    }

    static List<Path> schemas() throws IOException {
        try (var files = Files.list(Path.of("routes/schemas"))) {
            return files.toList();
        }
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void checksAnEventOfLongValuesAtOnce(Path file) throws IOException {
        try (var camel = new DefaultCamelContext()) {
            var schema = new SchemaCompiler().createSchema(camel, "file:" + file.toAbsolutePath());
            var fields = JSON.readTree(file.toFile()).path("properties").fieldNames();
            var event = JSON.createObjectNode();
            fields.forEachRemaining(event::putNull);

            values().forEach(value -> {
                event.fieldNames().forEachRemaining(field -> event.put(field, value));
                assertTimeoutPreemptively(
                        AT_ONCE, () -> assertThat(schema.validate(event)).isNotEmpty());
            });
        }
    }
}
