package io.textonce.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListedHeadersTest {

    private final ListedHeaders headers = new ListedHeaders();

    @Test
    void letsOnlyListedHeadersOfACallerIn() {
        assertThat(headers.applyFilterToExternalHeaders("X-Token", "1", null)).isTrue();

        headers.setNames("x-token, X-Signature");

        assertThat(headers.applyFilterToExternalHeaders("X-Token", "1", null)).isFalse();
        assertThat(headers.applyFilterToExternalHeaders("x-signature", "1", null))
                .isFalse();
        assertThat(headers.applyFilterToExternalHeaders("CamelSqlQuery", "1", null))
                .isTrue();
        assertThat(headers.applyFilterToCamelHeaders("X-Token", "1", null)).isTrue();
        assertThat(headers.applyFilterToCamelHeaders("Content-Type", "1", null)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"CamelSqlQuery", "camelHttpPath", "X Token", "X-Token: 1"})
    void listsNoHeaderOfCamels(String names) {
        assertThatIllegalArgumentException().isThrownBy(() -> headers.setNames(names));
    }
}
