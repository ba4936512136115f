package io.textonce.intake.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.textonce.intake.RouteSchemas;
import io.textonce.sandbox.LogRecorder;
import java.io.File;
import java.nio.file.AccessDeniedException;
import org.apache.camel.Exchange;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class FileIntakeTest {

    private final FileIntake intake = new FileIntake(
            mock(Inbox.class),
            mock(FileLocks.class),
            mock(StableFileFilter.class),
            mock(RouteSchemas.class),
            mock(FileRuns.class));

    /** A file is tried again every few seconds, so 200 files in a folder that is full would be 2,400 lines a minute. */
    @Test
    void logsFilesThatStayForTheSameReasonOnceAMinute() {
        try (var log = new LogRecorder(FileIntake.class)) {
            for (int file = 0; file < 200; file++) {
                intake.stays(failed(file, new AccessDeniedException("/inbox/order-shipped/done")));
            }
            intake.stays(failed(200, new FileStays("it changed while it was read")));

            assertThat(log.lines())
                    .containsExactly(
                            "0.csv stays in the inbox and will be read again from the start: AccessDeniedException"
                                    + " (0 more files since the last line)",
                            "200.csv stays in the inbox and will be read again from the start: it changed while it was"
                                    + " read (0 more files since the last line)");
        }
    }

    private static Exchange failed(int number, Exception cause) {
        var file = new GenericFile<File>();
        file.setAbsoluteFilePath("/inbox/order-shipped/" + number + ".csv");
        var exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setProperty("CamelFileExchangeFile", file);
        exchange.setProperty(Exchange.EXCEPTION_CAUGHT, cause);
        return exchange;
    }
}
