package io.textonce.sandbox;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/**
 * Real PostgreSQL of its own, whose data outlives a stop. Its sessions run in an uninhabited time zone, so that a time
 * that depends on it shows.
 */
public final class SandboxPostgres implements AutoCloseable {

    private final Path directory;
    private final int port = FreePort.next();
    private @Nullable EmbeddedPostgres server;
    private String durable = "off";
    private final Map<String, String> configuration = new LinkedHashMap<>();

    public SandboxPostgres(Path directory) {
        this.directory = directory.toAbsolutePath();
    }

    /** Makes it wait for the disk at each commit, as by default in production: slower by as much. */
    public void durable() {
        durable = "on";
    }

    /** Sets a parameter of the server, from its next start on. */
    public SandboxPostgres with(String parameter, String value) {
        configuration.put(parameter, value);
        return this;
    }

    /** Starts the server, on the port that it had before. */
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
                    .setServerConfig("fsync", durable)
                    .setServerConfig("synchronous_commit", durable)
                    .setPort(port);
            configuration.forEach(builder::setServerConfig);
            server = builder.start();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A JVM that was killed leaves its PostgreSQL running, which holds the data. */
    private void stopLeftover() throws IOException {
        if (Files.exists(pidFile())) {
            ProcessHandle.of(pid())
                    .filter(process -> process.info().command().orElse("").contains("postgres"))
                    .ifPresent(process -> {
                        process.destroy();
                        process.onExit().join();
                    });
        }
    }

    /** Copies the data of the server, which must be stopped, as a backup does that is consistent. */
    public void copyTo(Path backup) {
        copy(directory, backup);
    }

    /** Sets the data back to those of a backup; the server must be stopped. */
    public void setBackTo(Path backup) {
        try {
            FileSystemUtils.deleteRecursively(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        copy(backup, directory);
    }

    /** Copies a file with its permissions, which PostgreSQL checks. */
    private static void copy(Path from, Path to) {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String url() {
        return url("postgres");
    }

    /** Of another database of the same server. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** Returns the main process, whose children are its sessions and workers. */
    public ProcessHandle process() {
        try {
            return ProcessHandle.of(pid()).orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path pidFile() {
        return directory.resolve("postmaster.pid");
    }

    private long pid() throws IOException {
        return Long.parseLong(Files.readAllLines(pidFile()).get(0).trim());
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
