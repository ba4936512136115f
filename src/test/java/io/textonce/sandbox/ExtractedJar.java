package io.textonce.sandbox;

import io.textonce.TextOnce;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/**
 * The packaged jar, extracted as the Dockerfile extracts it, and an archive of its loaded classes (AppCDS, JEP 350),
 * made once by a process that starts and stops. Both serve all processes of a test run.
 */
public final class ExtractedJar {

    private static final int MOST_SECONDS = 120;

    private static @Nullable ExtractedJar made;

    private final Path application;
    private final Path archive;

    private ExtractedJar(Path folder) {
        application = folder.resolve("textonce.jar");
        archive = folder.resolve("textonce.jsa");
    }

    /** @param environment of a process with peers that are there, on ports that nobody uses yet */
    static synchronized ExtractedJar of(Path jar, Map<String, String> environment) {
        if (made == null) {
            var extracted = new ExtractedJar(jar.resolveSibling("extracted"));
            extract(jar, extracted.application.getParent());
            extracted.archive(environment);
            made = extracted;
        }
        return made;
    }

    /** What follows the options of the JVM. A JVM that can't use the archive starts without it. */
    List<String> arguments(@Nullable Path extraClasses) {
        String classPath = application.toAbsolutePath().toString();
        return List.of(
                "-XX:SharedArchiveFile=" + archive.toAbsolutePath(),
                "-Xlog:cds=off",
                "-cp",
                extraClasses == null ? classPath : classPath + File.pathSeparator + extraClasses.toAbsolutePath(),
                TextOnce.class.getName());
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Extracts a jar into a folder, in which nothing else is then. */
    public static void extract(Path jar, Path folder, String... options) {
        try {
            FileSystemUtils.deleteRecursively(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var arguments = new ArrayList<>(List.of(
                "-Djarmode=tools",
                "-jar",
                jar.toString(),
                "extract",
                "--application-filename",
                "textonce.jar",
                "--destination",
                folder.toString()));
        arguments.addAll(List.of(options));
        run(Map.of(), arguments.toArray(String[]::new));
    }

    private void archive(Map<String, String> environment) {
        var settings = new HashMap<>(environment);
        settings.remove("HALT_AT");
        run(
                settings,
                "-XX:ArchiveClassesAtExit=" + archive.toAbsolutePath(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xlog:cds=off",
                "-Xlog:cds+dynamic=off",
                "-Dspring.context.exit=onRefresh",
                "-cp",
                application.toAbsolutePath().toString(),
                TextOnce.class.getName());
    }

    private static void run(Map<String, String> environment, String... arguments) {
        var command = new ArrayList<String>();
        command.add(java());
        command.addAll(Arrays.asList(arguments));
        try {
            var log = Files.createTempFile(Path.of("target"), "extracted-", ".log")
                    .toFile();
            var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log);
            builder.environment().putAll(environment);
            var process = builder.start();
            if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IllegalStateException(command + " failed, see " + log);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
