package io.textonce.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.textonce.event.EventRejected;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

/** Headers of which a key is made: an event that comes by another way must have the same one. */
class EventHeaderTest {

    private final MockHttpServletRequest request = new MockHttpServletRequest();

    @Test
    void isTheValueOrNothing() {
        request.addHeader("Idempotency-Key", "order 1001/v1");

        assertThat(EventHeader.of(request, "idempotency-key")).isEqualTo("order 1001/v1");
        assertThat(EventHeader.of(request, "Other")).isNull();
        assertThat(EventHeader.attribute(request, "id")).isNull();
    }

    @Test
    void isRejectedIfItIsThereTwice() {
        request.addHeader("Idempotency-Key", "order-1");
        request.addHeader("Idempotency-Key", "order-2");

        assertThatThrownBy(() -> EventHeader.of(request, "Idempotency-Key"))
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection ->
                                assertThat(rejection.reason()).isEqualTo("Idempotency-Key: is given more than once"));
    }

    /** The container reads each byte as a character: curl sends two of them for an umlaut, Node.js one. */
    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "ISO-8859-1"})
    void isRejectedIfClientsEncodeItDifferently(String encoding) throws Exception {
        String arrived = new String("f\u00FCr-1001".getBytes(encoding), ISO_8859_1);
        request.addHeader("Idempotency-Key", arrived);
        request.addHeader("ce-id", arrived);

        assertThatThrownBy(() -> EventHeader.of(request, "Idempotency-Key"))
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection -> assertThat(rejection.reason()).startsWith("Idempotency-Key: must be ASCII"));
        assertThatThrownBy(() -> EventHeader.attribute(request, "id"))
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection -> assertThat(rejection.reason()).startsWith("ce-id: must be ASCII"));
    }

    @ParameterizedTest
    @CsvSource({"f%C3%BCr-1, für-1", "a+b, a+b", "100%, 100%", "a%20b, a b"})
    void isDecodedAsAnAttribute(String sent, String attribute) {
        request.addHeader("ce-id", new String(sent.getBytes(UTF_8), ISO_8859_1));

        assertThat(EventHeader.attribute(request, "id")).isEqualTo(attribute);
    }

    /** Two ids would become one. */
    @Test
    void isRejectedAsAnAttributeThatIsNotUtf8() {
        request.addHeader("ce-id", "a%FF");

        assertThatThrownBy(() -> EventHeader.attribute(request, "id")).isInstanceOf(EventRejected.class);
    }
}
