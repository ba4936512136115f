package io.textonce.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CsvExportTest {

    /** Of a million rows, a reader who is gone had all of them read. */
    @Test
    void readsNoFurtherPageOnceItsReaderIsGone() throws IOException {
        var pages = new AtomicInteger();
        var row = Map.<String, Object>of("id", "1");
        try (var csv = CsvExport.stream(
                List.of("id"),
                last -> pages.incrementAndGet() < 10
                        ? Collections.nCopies(CsvExport.PAGE, row)
                        : Collections.<Map<String, Object>>emptyList())) {
            assertThat(csv.readNBytes(100)).hasSize(100);
        }

        assertThat(pages).hasValue(1);
    }
}
