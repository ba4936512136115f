package io.textonce.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A large file, whose messages Twilio calls back for: no file and no connection stays open. */
@Tag("proof")
class LargeFileProofIT extends Proof {

    private static final int LINES = LARGE ? 50_000 : 2_000;

    /** Jars that a JVM opens meanwhile, and the connections of the pools: far fewer than there are lines. */
    private static final int OTHERS = 300;

    @Test
    void leavesNoFileOpenAndReportsEachLine() throws IOException {
        app = instance().with("TEXTONCE_FILE_PARALLEL", "64").start();
        long before = openFiles("self");
        long beforeInApp = openFiles(Long.toString(app.pid()));
        var numbers = new HashSet<String>();
        var lines = new StringBuilder("eventId,phone,orderId,consentAt\n");
        for (int i = 0; i < LINES; i++) {
            numbers.add("+1555" + (7_000_000 + i));
            lines.append("line-%d,+1555%d,1001,2026-06-02T09:00:00Z\n".formatted(i, 7_000_000 + i));
        }
        drop(lines);

        await("progress")
                .atMost(MOST)
                .until(() -> run().path("state").asText().equals("reading")
                        && run().path("lines").asInt() > 0);
        await("all lines")
                .atMost(MOST.multipliedBy(3))
                .until(() -> run().path("state").asText().equals("done"));
        judge(oracle.judgeNumbers("file of " + LINES + " lines", numbers, "none", MOST.multipliedBy(3)));
        await("all callbacks")
                .atMost(MOST)
                .until(() -> peers.twilio().messages().stream()
                        .allMatch(message -> message.status().equals("delivered")));

        assertThat(run().path("lines").asInt()).isEqualTo(LINES);
        try (var results = Files.lines(Path.of(run().path("results").asText()))) {
            assertThat(results.count()).isEqualTo(LINES + 1L);
        }
        assertThat(openFiles("self")).as("files of the simulator").isLessThan(before + OTHERS);
        assertThat(openFiles(Long.toString(app.pid()))).as("files of TextOnce").isLessThan(beforeInApp + OTHERS);
    }

    private void drop(StringBuilder lines) throws IOException {
        Path folder = Files.createDirectories(peers.inbox().resolve("order-shipped"));
        Path part = Files.writeString(folder.resolve(".large.tmp"), lines);
        Files.move(part, folder.resolve("large.csv"));
    }

    private JsonNode run() throws IOException {
        return new ObjectMapper()
                .readTree(app.get("/api/files").body())
                .path("files")
                .path(0);
    }

    private static long openFiles(String process) throws IOException {
        try (var files = Files.list(Path.of("/proc", process, "fd"))) {
            return files.count();
        }
    }
}
