package io.textonce.sandbox;

import static org.awaitility.Awaitility.await;

import io.textonce.TextOnce;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * TextOnce as a process of its own, as it runs in production: no sandbox beans, settings from the environment, callers
 * with a token. It can be killed at any moment and started again on the same ports.
 *
 * <pre>{@code
 * try (var app = AppProcess.of(peers).with("TEXTONCE_FILE_PARALLEL", "8").jvm("-Xmx256m").start()) {
 *     app.post("order-shipped", json);
 *     app.kill();
 *     app.start();
 * }
 * }</pre>
 *
 * <p>It runs the classes under test, or the jar that the system property {@code sandbox.jar} names (a jar in {@code
 * target} may be that of an earlier build), with a folder of further classes where {@link #extraClasses} gives one.
 */
public final class AppProcess implements AutoCloseable {

    /** The token of a caller who may do everything. */
    public static final String TOKEN = "the-token-of-a-test";

    private HttpClient http = HttpClient.newHttpClient();
    private String scheme = "http";
    private String managementScheme = "http";
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<String> jvmArguments = new ArrayList<>();
    private @Nullable Path extraClasses;
    private boolean extracted;
    private @Nullable Path jar =
            Optional.ofNullable(System.getProperty("sandbox.jar")).map(Path::of).orElse(null);
    private @Nullable String classPath;
    private @Nullable Path cgroup;
    private Path directory = Path.of("").toAbsolutePath();
    private final int port = FreePort.next();
    private final int managementPort = FreePort.next();
    private final Path log;
    private @Nullable Process process;

    private AppProcess(Peers peers) {
        environment.putAll(peers.environment());
        environment.put("PORT", Integer.toString(port));
        environment.put("MANAGEMENT_SERVER_PORT", Integer.toString(managementPort));
        environment.put("PUBLIC_BASE_URL", "https://sms.example.com");
        environment.put("TEXTONCE_CLIENTS_TEST_TOKEN_SHA256", sha256(TOKEN));
        environment.put("TEXTONCE_CLIENTS_TEST_ROLE", "operator");
        // The broker that the sandbox runs in its JVM is on the class path here too.
        environment.put("SPRING_ARTEMIS_EMBEDDED_ENABLED", "false");
        // A test wants no warm compiler.
        environment.put("TEXTONCE_WARM_UP", "0s");
        log = Path.of("target", "app-process", port + ".log");
    }

    public static AppProcess of(Peers peers) {
        return new AppProcess(peers);
    }

    /** Sets an environment variable. */
    public AppProcess with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Without a variable that {@link Peers} give, whose value is in a file instead. */
    public AppProcess without(String variable) {
        environment.remove(variable);
        return this;
    }

    public AppProcess jvm(String... arguments) {
        jvmArguments.addAll(List.of(arguments));
        return this;
    }

    /** Without the optimizing compiler: a test ends before it could give back what it takes. */
    public AppProcess shortLived() {
        return jvm("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    }

    /** Its API speaks TLS, by a certificate that this context trusts. */
    public AppProcess https(SSLContext trust) {
        scheme = "https";
        http = HttpClient.newBuilder().sslContext(trust).build();
        return this;
    }

    /** Its management port speaks TLS, by a certificate that this context trusts. */
    public AppProcess managementHttps(SSLContext trust) {
        managementScheme = "https";
        http = HttpClient.newBuilder().sslContext(trust).build();
        return this;
    }

    /** Where it runs, and looks for its folder {@code lib}; by default where the test does. */
    public AppProcess in(Path folder) {
        directory = folder;
        return this;
    }

    /** Its memory is limited by a control group of the kernel, as a container's is. */
    public AppProcess cgroup(Path folder) {
        cgroup = folder;
        return this;
    }

    /** Runs this jar. */
    public AppProcess jar(Path packaged) {
        jar = packaged;
        return this;
    }

    /** The packaged jar extracted as in the image, with an archive of its classes: starts in half of the time. */
    public AppProcess extracted() {
        extracted = true;
        return shortLived();
    }

    /** Classes that are put on the class path, of the extracted jar too. */
    public AppProcess extraClasses(Path folder) {
        extraClasses = folder;
        return extracted();
    }

    /** Runs these classes instead of those under test: another version. */
    public AppProcess classPath(String other) {
        classPath = other;
        // An earlier one starts with no setting that it does not know.
        environment.remove("TEXTONCE_WARM_UP");
        return this;
    }

    /** Starts it and waits until it is ready. After {@link #kill} or {@link #stop} it may be started again. */
    public AppProcess start() {
        if (!startOrEnd()) {
            throw new IllegalStateException("TextOnce ended at once, see " + log);
        }
        return this;
    }

    /** Starts it and waits until it is ready, or has ended; says whether it is ready. */
    public boolean startOrEnd() {
        var child = launch(command());
        process = child;
        await("TextOnce to be ready, see " + log)
                .atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> !child.isAlive() || isReady());
        return child.isAlive();
    }

    /** Runs one of the application's commands, beside it; returns the exit code. */
    public int run(String... operatorCommand) {
        var words = new ArrayList<>(command());
        words.addAll(List.of(operatorCommand));
        var child = launch(words);
        end(child);
        return child.exitValue();
    }

    private Process launch(List<String> command) {
        try {
            Files.createDirectories(log.getParent());
            var builder = new ProcessBuilder(command);
            builder.environment().keySet().removeIf(AppProcess::isSetting);
            builder.environment().putAll(environment);
            var child = builder.directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            log.toAbsolutePath().toFile()))
                    .start();
            // The child dies with its parent, however that ends.
            Runtime.getRuntime().addShutdownHook(new Thread(child::destroyForcibly));
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean isReady() {
        return isUp("readiness");
    }

    public boolean isLive() {
        return isUp("liveness");
    }

    private boolean isUp(String health) {
        try {
            return http.send(
                                    HttpRequest.newBuilder(managementUri("/actuator/health/" + health))
                                            .timeout(Duration.ofSeconds(5))
                                            .build(),
                                    BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    public long pid() {
        return running().pid();
    }

    /** Suspends it where it is, as a machine is. */
    public void freeze() {
        output("kill", "-STOP", Long.toString(pid()));
    }

    /** Whether it was stopped by SIGSTOP, as a suspended machine is. */
    public boolean isFrozen() {
        return output("ps", "-o", "state=", "-p", Long.toString(pid())).startsWith("T");
    }

    /** Lets it go on after that, where it was. */
    public void thaw() {
        output("kill", "-CONT", Long.toString(pid()));
    }

    private static String output(String... words) {
        try {
            var process = new ProcessBuilder(words).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it as a power cut would: SIGKILL, nothing is tidied up. */
    public void kill() {
        end(running().destroyForcibly());
    }

    /** Asks it to end, by SIGTERM, and waits until it has. */
    public void stop() {
        var ending = running();
        ending.destroy();
        end(ending);
    }

    @Override
    public void close() {
        if (isAlive()) {
            kill();
        }
    }

    public URI uri(String path) {
        return URI.create(scheme + "://127.0.0.1:" + port + path);
    }

    public URI managementUri(String path) {
        return URI.create(managementScheme + "://127.0.0.1:" + managementPort + path);
    }

    /** Where Twilio's callbacks reach it. */
    public String hostAndPort() {
        return "127.0.0.1:" + port;
    }

    /** @throws UncheckedIOException when it gave no answer */
    public HttpResponse<String> post(String event, String json) {
        return send(HttpRequest.newBuilder(uri("/api/" + event + "-sms"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json)));
    }

    public HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(uri(path)).GET());
    }

    /** With the token of a caller who may do everything. */
    public HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(
                    request.header("Authorization", "Bearer " + TOKEN)
                            .timeout(Duration.ofSeconds(90))
                            .build(),
                    BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What it printed since the first start. */
    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        if (cgroup != null) {
            command.addAll(List.of("sh", "-c", "echo $$ > \"$0\" && exec \"$@\"", cgroup + "/cgroup.procs"));
        }
        command.add(ExtractedJar.java());
        command.addAll(jvmArguments);
        if (classPath != null) {
            command.addAll(List.of("-cp", classPath, TextOnce.class.getName()));
        } else if (jar == null) {
            String extra = extraClasses == null ? "" : extraClasses + File.pathSeparator;
            command.addAll(List.of("-cp", extra + testClassPath(), TextOnce.class.getName()));
        } else if (extracted) {
            command.addAll(ExtractedJar.of(jar, environment).arguments(extraClasses));
        } else {
            command.addAll(List.of("-jar", jar.toString()));
        }
        return command;
    }

    /** Without empty entries: they stand for the current directory, whose routes would be found a second time. */
    private static String testClassPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Those of the machine that runs the test are none of this process's. */
    private static boolean isSetting(String variable) {
        return List.of(
                        "TWILIO_",
                        "TEXTONCE_",
                        "SPRING_",
                        "PUBLIC_BASE_URL",
                        "REQUIRE_TWILIO_SIGNATURE",
                        "HTTPS_PROXY",
                        "NO_PROXY")
                .stream()
                .anyMatch(variable::startsWith);
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException("TextOnce was not started");
        }
        return process;
    }

    private static void end(Process ending) {
        try {
            if (!ending.waitFor(60, TimeUnit.SECONDS)) {
                ending.destroyForcibly();
                throw new IllegalStateException("TextOnce did not end within a minute");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
