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

    @ParameterizedTest
    @CsvSource({
        "+4915735985555.csv, +*********5555.csv",
        "4915735985555.csv, *********5555.csv",
        "orders_015735985555-1.csv, orders_********5555-1.csv",
        "4155552671.json, ******2671.json",
        "order-shipped/failed/201012345678.csv, order-shipped/failed/********5678.csv",
        "orders-20261127.csv, orders-20261127.csv",
        "orders-20261127083000.csv, orders-20261127083000.csv",
        "orders-202611270830.csv, orders-202611270830.csv",
        "orders_1795763400.csv, orders_1795763400.csv",
        "orders-1795763400123.csv, orders-1795763400123.csv",
        "results-8f14e45f-ceea-467f-a0e6-123456789012.csv, results-8f14e45f-ceea-467f-a0e6-123456789012.csv",
        "order-1001.csv, order-1001.csv",
    })
    void masksNumbersInNamesOfFiles(String name, String shown) {
        assertThat(NumberMask.ofFile(name)).isEqualTo(shown);
    }
}
