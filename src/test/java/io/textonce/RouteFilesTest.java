package io.textonce;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.lint.Bundle;
import io.textonce.lint.Rules;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The files in {@code routes/} keep the rules. A message names the file and what to change in it. */
class RouteFilesTest {

    private static final Bundle BUNDLE = Bundle.read();

    static Set<String> rules() {
        return Rules.all().keySet();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void keepTheRule(String rule) {
        assertThat(Rules.all().get(rule).apply(BUNDLE)).isEmpty();
    }
}
