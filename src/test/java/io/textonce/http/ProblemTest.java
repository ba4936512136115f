package io.textonce.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;

class ProblemTest {

    @Test
    void refusesForGoodWhatTheDatabaseWillNeverStore() {
        var problem = Problem.of(new DataIntegrityViolationException("22008: timestamp out of range"));

        assertThat(problem.status()).isEqualTo(422);
        assertThat(problem.error()).isEqualTo("not_storable");
        assertThat(problem.retryLater()).isFalse();
        assertThat(problem.json()).doesNotContain("22008");
    }

    @Test
    void isTriedAgainWhenAnotherHasMadeTheRow() {
        assertThat(Problem.of(new DuplicateKeyException("23505")).retryLater()).isTrue();
    }
}
