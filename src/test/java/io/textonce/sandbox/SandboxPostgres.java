package io.textonce.sandbox;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL of its own, whose data outlives a stop. Its sessions run in a time zone that nobody lives in, so
 * that a time which depends on it shows.
 */
public final class SandboxPostgres implements AutoCloseable {

    private final Path directory;
    private final int port = FreePort.next();
    private @Nullable EmbeddedPostgres server;

    public SandboxPostgres(Path directory) {
        this.directory = directory.toAbsolutePath();
    }

    /** Starts it, on the port that it had before. */
    public SandboxPostgres start() {
        try {
            Files.createDirectories(directory);
            stopLeftover();
            var builder = EmbeddedPostgres.builder()
                    .setDataDirectory(directory)
                    .setCleanDataDirectory(false)
                    .setPGStartupWait(Duration.ofSeconds(60))
                    .setServerConfig("timezone", "Pacific/Chatham")
                    .setServerConfig("max_connections", "200")
                    .setPort(port);
            server = builder.start();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A JVM that was killed leaves its PostgreSQL running, which holds the data. */
    private void stopLeftover() throws IOException {
        Path pidFile = directory.resolve("postmaster.pid");
        if (Files.exists(pidFile)) {
            long pid = Long.parseLong(Files.readAllLines(pidFile).get(0).trim());
            ProcessHandle.of(pid)
                    .filter(process -> process.info().command().orElse("").contains("postgres"))
                    .ifPresent(process -> {
                        process.destroy();
                        process.onExit().join();
                    });
        }
    }

    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    @Override
    public void close() {
        if (server != null) {
            try {
                server.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                server = null;
            }
        }
    }
}
