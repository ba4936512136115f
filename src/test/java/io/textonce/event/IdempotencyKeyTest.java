package io.textonce.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdempotencyKeyTest {

    @ParameterizedTest
    @ValueSource(strings = {"order-1", "\"order-1\"", " \"order-1\" ", "\"order-1 \""})
    void agreesWithTheEventIdBareOrQuoted(String header) {
        assertThat(applied(header, "{\"eventId\":\"order-1\"}")).isEqualTo("{\"eventId\":\"order-1\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"order-1", "\"order-1\""})
    void standsForAnEventIdThatIsNotThere(String header) {
        assertThat(applied(header, "{\"a\":1}")).isEqualTo("{\"a\":1,\"eventId\":\"order-1\"}");
    }

    @Test
    void agreesWithAPaddedEventIdAndStandsForNull() {
        assertThat(applied("order-1", "{\"eventId\":\" order-1\"}")).isEqualTo("{\"eventId\":\" order-1\"}");
        assertThat(applied("order-1", "{\"eventId\":null}")).isEqualTo("{\"eventId\":\"order-1\"}");
    }

    /** A system writes an accented letter as one character or as two; both look the same, and are one id. */
    @Test
    void isTheSameInEveryNormalFormOfUnicode() {
        assertThat(Identifier.of("eventId", "re\u0301servation-\u212B1"))
                .isEqualTo(Identifier.of("eventId", "r\u00E9servation-A\u030A1"))
                .isEqualTo("r\u00E9servation-\u00C51");
        assertThat(Identifier.of("eventId", "\uFF11")).isNotEqualTo(Identifier.of("eventId", "1"));
    }

    @Test
    void refusesAnotherOne() {
        assertThatThrownBy(() -> applied("order-2", "{\"eventId\":\"order-1\"}"))
                .isInstanceOf(EventRejected.class);
    }

    @Test
    void leavesABodyAloneThatIsNoEvent() {
        assertThat(applied("order-1", "[1]")).isEqualTo("[1]");
        assertThat(applied("order-1", "{")).isEqualTo("{");
    }

    private static String applied(String header, String body) {
        return new String(
                IdempotencyKey.applied(header, body.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }
}
