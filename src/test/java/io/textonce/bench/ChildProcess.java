package io.textonce.bench;

import static org.awaitility.Awaitility.await;

import io.textonce.TextOnce;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A program of the benchmark as a process of its own, with the libraries of the tests and without TextOnce's classes. */
final class ChildProcess implements AutoCloseable {

    private static final Pattern READY = Pattern.compile("^READY (\\d+)$", Pattern.MULTILINE);

    private final Process process;
    private final int port;

    private ChildProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts it and waits until it says that it is {@link #ready}. What it prints is in the folder.
     *
     * @param jvm options of its JVM
     */
    static ChildProcess start(Path folder, List<String> jvm, Class<?> program, String... arguments) {
        Path log = folder.resolve(program.getSimpleName() + ".log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(List.of("-cp", classPath(), program.getName()));
        command.addAll(List.of(arguments));
        try {
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            await("it to be ready, see " + log)
                    .atMost(Duration.ofSeconds(90))
                    .until(() -> !process.isAlive() || READY.matcher(read(log)).find());
            var ready = READY.matcher(read(log));
            if (!ready.find()) {
                throw new IllegalStateException(program.getSimpleName() + " ended at once, see " + log);
            }
            return new ChildProcess(process, Integer.parseInt(ready.group(1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    /** Says to whoever started this process that it serves on this port. */
    static void ready(int port) {
        System.out.println("READY " + port);
    }

    /** Ends this process with the one that started it, however that ends. */
    static void endWithParent() {
        var watch = new Thread(
                () -> {
                    try {
                        while (System.in.read() >= 0) {
                            // Nothing is said to it.
                        }
                    } catch (IOException e) {
                        // Nobody is there any more.
                    }
                    Runtime.getRuntime().halt(0);
                },
                "parent");
        watch.setDaemon(true);
        watch.start();
    }

    private static String classPath() {
        var own = Path.of(URI.create(TextOnce.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString()));
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry ->
                        !entry.isEmpty() && !Path.of(entry).toAbsolutePath().equals(own))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
