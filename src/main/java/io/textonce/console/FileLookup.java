package io.textonce.console;

import io.textonce.http.ApiJson;
import io.textonce.intake.file.FileRuns;
import io.textonce.privacy.NumberMask;
import io.textonce.tuning.SharedBuffers;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Dropped files with their progress, for programs. */
@Component
final class FileLookup {

    private final FileRuns runs;

    FileLookup(FileRuns runs) {
        this.runs = runs;
    }

    void answer(Exchange exchange) {
        var body = SharedBuffers.JSON.createObjectNode();
        var files = body.putArray("files");
        for (var run : runs.newest(Search.PAGE)) {
            files.addObject()
                    .put("id", run.id().toString())
                    .put("name", masked(run.name()))
                    .put("event", run.event())
                    .put("state", run.state())
                    .put("startedAt", run.startedAt().toString())
                    .put("updatedAt", run.updatedAt().toString())
                    .put("size", run.size())
                    .put("position", run.position())
                    .put("lines", run.lines())
                    .put("accepted", run.accepted())
                    .put("rejected", run.rejected())
                    .put("results", masked(run.results()))
                    .put("finalResults", masked(run.finalResults()));
        }
        ApiJson.respond(exchange, body);
    }

    /** Returns a name or a path without the number that it may have. */
    private static @Nullable String masked(@Nullable String file) {
        return file == null ? null : NumberMask.ofFile(file);
    }
}
