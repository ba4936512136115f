package io.textonce.sandbox;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The packaged application as a process of its own, to be started, killed and stopped like one in production. */
public final class AppProcess implements AutoCloseable {

    /** A token that the process accepts from an operator. */
    public static final String TOKEN = "proof-token";

    private static final String TOKEN_SHA256 = "212d8651fdb80e01215f5fdcea2b4ce0affbe32fe085937fb69ba26fd8ffa13c";

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path log;
    private final int port = freePort();
    private final int managementPort = freePort();
    private @Nullable Process process;

    public AppProcess(Path log) {
        this.log = log;
    }

    /** @param settings environment variables and, where a name has a dot, properties */
    public AppProcess start(Map<String, String> settings, List<String> jvmArguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArguments);
        settings.forEach((name, value) -> {
            if (name.contains(".")) {
                command.add("-D" + name + "=" + value);
            }
        });
        command.addAll(List.of("-cp", jar().toString(), "org.springframework.boot.loader.launch.PropertiesLauncher"));
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        var environment = builder.environment();
        settings.forEach((name, value) -> {
            if (!name.contains(".")) {
                environment.put(name, value);
            }
        });
        environment.put("PORT", Integer.toString(port));
        environment.put("MANAGEMENT_SERVER_PORT", Integer.toString(managementPort));
        environment.putIfAbsent("PUBLIC_BASE_URL", "http://127.0.0.1:" + port);
        environment.put(
                "SPRING_APPLICATION_JSON",
                "{\"textonce\":{\"clients\":{\"proof\":{\"token-sha256\":[\"" + TOKEN_SHA256
                        + "\"],\"role\":\"operator\"}}}}");
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            process = builder.start();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it takes events, or has ended. */
    public AppProcess awaitReady() {
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> !isAlive() || isReady());
        return this;
    }

    public boolean isReady() {
        try {
            var request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + managementPort + "/actuator/health/readiness"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    public int port() {
        return port;
    }

    public Path log() {
        return log;
    }

    /** kill -9 */
    public void kill() {
        end(true);
    }

    /** SIGTERM, and as long as it takes. */
    @Override
    public void close() {
        end(false);
    }

    private void end(boolean forcibly) {
        if (process == null) {
            return;
        }
        try {
            if (forcibly) {
                process.destroyForcibly();
            } else {
                process.destroy();
            }
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("The application did not stop within 60 s, see " + log);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Path jar() {
        try (var files = Files.list(Path.of("target"))) {
            return files.filter(file -> file.getFileName().toString().matches("textonce-.*\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("No packaged jar: ./mvnw -DskipTests package"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
