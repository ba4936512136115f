package io.textonce.intake;

import io.textonce.delivery.Refusal;
import io.textonce.http.Problem;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One dropped file on its way through the route {@code intake-file}. Its bad lines are gathered beside it and put in
 * place when all lines were tried; when reading stops half-way the file stays, and is read again from its start.
 */
public final class FileIntake {

    private static final Logger LOG = LoggerFactory.getLogger(FileIntake.class);

    private static final String RUN = "fileRun";
    private static final long PROGRESS = 10_000;

    private final Inbox inbox;

    FileIntake(Inbox inbox) {
        this.inbox = inbox;
    }

    /** Finds the event's name in the folder's. */
    void event(Exchange exchange) {
        Path file = file(exchange);
        var run = new Run(file, inbox.failedLines(file), new AtomicLong());
        exchange.setVariable(RUN, run);
        exchange.getExchangeExtension().addOnCompletion(new CloseWhenDone(run.failed()));
        try {
            exchange.setVariable("event", inbox.event(file));
        } catch (IllegalArgumentException e) {
            throw new Refusal(404, "unknown_event", e.getMessage());
        }
        exchange.setVariable("source", "file");
    }

    /** Opens the file as a stream of lines. */
    void open(Exchange exchange) throws IOException {
        var lines = EventFile.open(file(exchange));
        exchange.getExchangeExtension().addOnCompletion(new CloseWhenDone(lines));
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setBody(lines);
    }

    /** Takes the event of one line, or refuses a line that can't be read. */
    void line(Exchange exchange) {
        var line = exchange.getMessage().getBody(EventLine.class);
        var run = exchange.getVariable(RUN, Run.class);
        exchange.setVariable("line", line);
        long tried = run.tried().incrementAndGet();
        if (tried % PROGRESS == 0) {
            LOG.info(
                    "{}: {} lines tried, {} bad",
                    run.file().getFileName(),
                    tried,
                    run.failed().count());
        }
        if (line.problem() != null) {
            throw new Refusal(400, "invalid_request", line.problem());
        }
        exchange.getMessage().setBody(line.json());
    }

    /** Keeps a bad line with the reason. */
    void bad(Exchange exchange) throws IOException {
        var line = exchange.getVariable("line", EventLine.class);
        exchange.getVariable(RUN, Run.class).failed().add(line, reason(exchange));
    }

    /** Keeps a file that can't be read at all. */
    void badFile(Exchange exchange) throws IOException {
        var run = exchange.getVariable(RUN, Run.class);
        run.failed().add(EventLine.wholeFile(1, "was refused"), reason(exchange));
        run.finish();
    }

    /** Puts the bad lines in place when every line was tried. */
    void finish(Exchange exchange) throws IOException {
        exchange.getVariable(RUN, Run.class).finish();
    }

    /** Where the file goes when it was read: a free name in {@code done/} beside it. */
    public String donePath(Exchange exchange) {
        Path file = file(exchange);
        return file.resolveSibling("done").resolve(inbox.doneName(file)).toString();
    }

    private static String reason(Exchange exchange) {
        var caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        var refusal = Problem.refusal(caught);
        return refusal == null ? caught.getClass().getSimpleName() : refusal.reason();
    }

    private static Path file(Exchange exchange) {
        var file = exchange.getProperty("CamelFileExchangeFile", GenericFile.class);
        return Path.of(file.getAbsoluteFilePath());
    }

    private record Run(Path file, FailedLines failed, AtomicLong tried) {

        void finish() throws IOException {
            var kept = failed.finish();
            LOG.info(
                    "{}: {} lines tried, {} bad{}",
                    file.getFileName(),
                    tried,
                    failed.count(),
                    kept.map(path -> ", kept in " + path).orElse(""));
        }
    }

    private static final class CloseWhenDone extends SynchronizationAdapter {

        private final Closeable closeable;

        CloseWhenDone(Closeable closeable) {
            this.closeable = closeable;
        }

        @Override
        public void onDone(Exchange exchange) {
            try {
                closeable.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
