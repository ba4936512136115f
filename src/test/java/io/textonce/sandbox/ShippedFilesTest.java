package io.textonce.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShippedFilesTest {

    @Test
    void namesEachFileThatIsEditedWhileTheSandboxRuns(@TempDir Path folder) throws Exception {
        Path route = Files.writeString(folder.resolve("order.camel.yaml"), "");
        Path text = Files.writeString(folder.resolve("order.mustache"), "");
        Files.writeString(folder.resolve("README.md"), "");
        var files = new ShippedFiles(folder);

        try (var log = new LogRecorder(ShippedFiles.class)) {
            files.report();
            assertThat(log.lines()).isEmpty();

            Files.setLastModifiedTime(route, FileTime.from(Instant.EPOCH));
            Files.setLastModifiedTime(folder.resolve("README.md"), FileTime.from(Instant.EPOCH));
            Files.delete(text);
            files.report();
            files.report();

            assertThat(log.lines())
                    .hasSize(2)
                    .anyMatch(line -> line.contains(route + " has changed. Shipped files are read at the start"))
                    .anyMatch(line -> line.contains(text + " has changed"));
        }
    }
}
