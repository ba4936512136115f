package io.textonce.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumberMaskTest {

    private static final String SHOWN = "+*********5555";

    @ParameterizedTest
    @CsvSource({
        "order-+4915735985555, order-+*********5555",
        "order-4915735985555, order-*********5555",
        "4915735985555-1, *********5555-1",
        "0157 3598-5555, **** ****-5555",
        "015735985555x, ********5555x",
        "order-2026-11-27-4711, order-2026-11-27-4711",
        "4006381333931, 4006381333931",
        "A5555, A5555",
        "orders_20261127_083000.csv, orders_20261127_083000.csv",
    })
    void masksTheNumberOfThePersonAndNoOtherDigits(String id, String shown) {
        assertThat(NumberMask.of(id, SHOWN)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({
        "+4915735985555.csv, +*********5555.csv",
        "+49 157 3598-5555.csv, +** *** ****-5555.csv",
        "%2B15558675310, %2B*******5310",
        "4915735985555.csv, 4915735985555.csv",
        "a+1.csv, a+1.csv",
    })
    void masksInternationalNumbersOfUnknownPersons(String name, String shown) {
        assertThat(NumberMask.of(name, null)).isEqualTo(shown);
    }
}
