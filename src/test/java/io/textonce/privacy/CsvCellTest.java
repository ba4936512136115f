package io.textonce.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvCellTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "=1+1 | '=1+1",
                "+15551 | '+15551",
                "-1 | '-1",
                "@SUM(A1) | '@SUM(A1)",
                "＝1 | '＝1",
                "order;=cmd();x | order;'=cmd();x",
                "order-1; a=b | order-1; a=b",
                "1001 | 1001"
            },
            quoteCharacter = '`')
    void beginsNoFormula(String text, String plain) {
        assertThat(CsvCell.plain(text)).isEqualTo(plain);
    }

    @Test
    void beginsNoneBehindWhitespace() {
        assertThat(CsvCell.plain("\t=1")).isEqualTo("'\t=1");
        assertThat(CsvCell.plain("\r\n=1")).startsWith("'").doesNotContain("\n=");
        assertThat(CsvCell.plain("x\n=1")).isEqualTo("x\n'=1");
    }
}
