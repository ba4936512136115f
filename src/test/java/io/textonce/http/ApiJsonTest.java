package io.textonce.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.textonce.event.EventRejected;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiJsonTest {

    /** A dead letter that an operator fixed has the amounts of its event. */
    @ParameterizedTest
    @ValueSource(strings = {"{\"total\":1.10}", "{\"total\":12345678901234567.89}"})
    void keepsNumbersAsTheyAreWritten(String body) {
        assertThat(ApiJson.read(body.getBytes(UTF_8))).hasToString(body);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{} {}", "{\"a\":1,\"a\":2}", "{\"b\":{\"a\":1,\"a\":2}}"})
    void rejectsWhatWouldBeIgnored(String body) {
        assertThatThrownBy(() -> ApiJson.read(body.getBytes(UTF_8))).isInstanceOf(EventRejected.class);
    }

    @Test
    void hasNoMembersWithoutABody() {
        assertThat(ApiJson.read((byte[]) null).isMissingNode()).isTrue();
        assertThat(ApiJson.read(new byte[0]).path("reason").asText("")).isEmpty();
    }
}
