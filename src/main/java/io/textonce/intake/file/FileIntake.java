package io.textonce.intake.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.textonce.delivery.Delivery;
import io.textonce.event.CloudEvent;
import io.textonce.event.EventCheck;
import io.textonce.event.EventOutcome;
import io.textonce.event.EventRejected;
import io.textonce.http.Problem;
import io.textonce.intake.DeadLetters;
import io.textonce.intake.EventRouteGuard;
import io.textonce.intake.RouteSchemas;
import io.textonce.privacy.RepeatedLines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.support.SynchronizationAdapter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Steps of the route {@code intake-file} for one file. Rejected lines are collected beside it and published when all
 * lines were processed; if reading stops early, the file stays and is read again from its start.
 */
@Component
public final class FileIntake {

    private static final Logger LOG = LoggerFactory.getLogger(FileIntake.class);

    private static final String RUN = "fileRun";
    private static final String RUN_ID = "fileRunId";

    private final Inbox inbox;
    private final FileLocks locks;
    private final StableFileFilter stableFiles;
    private final RouteSchemas schemas;
    private final FileRuns runs;
    private final RepeatedLines staying = new RepeatedLines();

    FileIntake(Inbox inbox, FileLocks locks, StableFileFilter stableFiles, RouteSchemas schemas, FileRuns runs) {
        this.runs = runs;
        this.inbox = inbox;
        this.locks = locks;
        this.stableFiles = stableFiles;
        this.schemas = schemas;
    }

    /** Sets the event's name from the folder's. */
    public void event(Exchange exchange) throws IOException {
        Path file = file(exchange);
        // Found out now rather than when all lines are sent and the file can't be moved away.
        Files.createDirectories(file.resolveSibling("done"));
        var run = new FileRun(
                file,
                inbox,
                exchange.getContext()::isStopping,
                (position, lines, rejected) -> runs.update(id(exchange), position, lines, rejected));
        exchange.setVariable(RUN, run);
        exchange.getExchangeExtension().addOnCompletion(new EndWhenDone(run));
        try {
            exchange.setVariable("event", inbox.event(file));
        } catch (IllegalArgumentException e) {
            throw new EventRejected(404, "unknown_event", e.getMessage());
        }
        exchange.setVariable("source", "file");
        if (run.isEmpty()) {
            stableFiles.empty();
            throw new EventRejected(400, "invalid_request", "The file is empty.");
        }
    }

    /** Opens the file as a stream of lines. */
    public void open(Exchange exchange) throws IOException {
        var run = run(exchange);
        String event = exchange.getVariable("event", String.class);
        exchange.setVariable(RUN_ID, runs.start(file(exchange), event, run.size()));
        run.open(schemas.fieldsOf(event));
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setBody(run.lines());
    }

    /**
     * Parses the event of one line, or rejects a line that can't be read. After a stop the variable {@code line} is not
     * set. The body can't show it: a file's message without a body has the whole file as its body.
     */
    public void line(Exchange exchange) {
        var run = run(exchange);
        if (run.isStopped()) {
            return;
        }
        var line = exchange.getMessage().getBody(EventLine.class);
        exchange.setVariable("line", line);
        run.tried();
        if (line.problem() != null) {
            throw new EventRejected(400, "invalid_request", line.problem());
        }
        byte[] json = line.json();
        if (json != null && CloudEvent.mayBe(json)) {
            var cloudEvent = CloudEvent.structured(json);
            if (!cloudEvent.event().equals(exchange.getVariable("event", String.class))) {
                throw EventRejected.ofField(
                        "type", "is for the event " + cloudEvent.event() + ", which has a folder of its own");
            }
            json = cloudEvent.json();
        }
        exchange.getMessage().setBody(json);
    }

    /** Adds a rejected line with its reason. */
    public void bad(Exchange exchange) {
        var run = run(exchange);
        var line = exchange.getVariable("line", EventLine.class);
        var delivery = exchange.getVariable("delivery", Delivery.class);
        write(run, () -> {
            run.bad(line, reason(exchange));
            run.results()
                    .add(
                            line.number(),
                            eventId(exchange),
                            delivery == null ? null : delivery.id(),
                            "rejected",
                            null,
                            reason(exchange));
        });
        runs.count(false);
        if (Problem.rejection(caught(exchange)) == null && run.isFirstUnexpected()) {
            LOG.error(
                    "A line failed with an unexpected error; only the first one of a file is logged", caught(exchange));
        }
    }

    /** Adds the outcome of an accepted line to the results; after a stop there is none. */
    public void accepted(Exchange exchange) {
        var run = run(exchange);
        var delivery = exchange.getVariable("delivery", Delivery.class);
        var outcome = exchange.getVariable("outcome", EventOutcome.class);
        write(
                run,
                () -> run.results()
                        .add(
                                exchange.getVariable("line", EventLine.class).number(),
                                eventId(exchange),
                                delivery == null ? null : delivery.id(),
                                delivery != null
                                        ? delivery.status().word()
                                        : outcome == null ? "accepted" : outcome.status(),
                                delivery == null ? null : delivery.sid(),
                                delivery != null && delivery.duplicate() ? "duplicate" : null));
        runs.count(true);
    }

    /**
     * Writes the outcome of a line, or stops reading, such as when the disk is full: the file is read again, and what was
     * sent is a duplicate then. Otherwise a rejected line would be lost, or one that was sent would be reported as rejected.
     */
    private static void write(FileRun run, Output output) {
        try {
            output.write();
        } catch (IOException e) {
            run.stop("its outcomes can't be written: " + e.getClass().getSimpleName());
        }
    }

    /** Output of a line's outcome. */
    @FunctionalInterface
    private interface Output {

        void write() throws IOException;
    }

    private static @Nullable String eventId(Exchange exchange) {
        var fields = exchange.getVariable(EventCheck.FIELDS, MissingNode.getInstance(), JsonNode.class);
        return fields.path("eventId").isTextual() ? fields.get("eventId").textValue() : null;
    }

    private static UUID id(Exchange exchange) {
        return exchange.getVariable(RUN_ID, UUID.class);
    }

    /** Stops reading: the cause is not the line, so the others would fail too. */
    public void stop(Exchange exchange) {
        run(exchange).stop("its lines can't be processed at the moment (" + cause(caught(exchange)) + ")");
    }

    /** Rejects a file that can't be read at all. */
    public void badFile(Exchange exchange) {
        try {
            run(exchange).bad(EventLine.wholeFile(1, "was rejected"), reason(exchange));
            finish(exchange);
            LOG.warn("{} was moved to failed: {}", file(exchange), DeadLetters.logged(reason(exchange)));
        } catch (IOException | FileStays e) {
            leave(file(exchange), e);
        }
    }

    /** Moves the file and its rejected lines once every line was processed. */
    public void finish(Exchange exchange) throws IOException {
        if (!run(exchange).isStopped() && !locks.contains(file(exchange).toString())) {
            throw new FileStays("another instance took over");
        }
        var run = run(exchange);
        run.publish();
        if (id(exchange) != null) {
            runs.done(id(exchange), run.count(), run.rejected(), run.published());
        }
        run.move();
    }

    /** Logs that a file stays, once a minute for each cause, and skips it for a while. */
    public void stays(Exchange exchange) {
        leave(file(exchange), caught(exchange));
    }

    private void leave(Path file, Throwable caught) {
        stableFiles.rest(file.toFile());
        String why = caught instanceof FileStays ? caught.getMessage() : cause(caught);
        staying.log(
                why,
                omitted -> LOG.warn(
                        "{} stays in the inbox and will be read again from the start: {} ({} more files since the last"
                                + " line)",
                        file.getFileName(),
                        why,
                        omitted));
    }

    private static String reason(Exchange exchange) {
        var rejection = Problem.rejection(caught(exchange));
        return rejection == null ? EventRouteGuard.unforeseen(caught(exchange)) : rejection.reason();
    }

    private static String cause(Throwable thrown) {
        return thrown.getClass().getSimpleName();
    }

    private static Throwable caught(Exchange exchange) {
        return exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    }

    private static FileRun run(Exchange exchange) {
        return exchange.getVariable(RUN, FileRun.class);
    }

    private static Path file(Exchange exchange) {
        var file = exchange.getProperty("CamelFileExchangeFile", GenericFile.class);
        return Path.of(file.getAbsoluteFilePath());
    }

    private final class EndWhenDone extends SynchronizationAdapter {

        private final FileRun run;

        EndWhenDone(FileRun run) {
            this.run = run;
        }

        @Override
        public void onDone(Exchange exchange) {
            try (run) {
                if (id(exchange) != null) {
                    runs.end(id(exchange), run.isMoved(), run.count(), run.rejected(), run.published());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
