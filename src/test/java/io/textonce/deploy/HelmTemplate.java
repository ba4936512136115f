package io.textonce.deploy;

import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Helm in a process of its own: its native library brings the runtime of Go along, with handlers of signals. */
final class HelmTemplate {

    private HelmTemplate() {}

    /** Renders a chart for releases, each named as its file of values; what Helm says instead is in the result, too. */
    static void render(Path chart, List<Path> values) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                HelmTemplate.class.getName(),
                chart.toString()));
        values.forEach(file -> command.add(file.toString()));
        var process = new ProcessBuilder(command).inheritIO().start();
        try {
            if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IOException("Helm ended with " + (process.isAlive() ? "no result" : process.exitValue()));
            }
        } finally {
            process.destroyForcibly();
        }
    }

    static Path result(Path values) {
        return values.resolveSibling(values.getFileName() + ".out");
    }

    public static void main(String[] args) throws IOException {
        var helm = new Helm(Path.of(args[0]));
        var lint = helm.lint().strict().call();
        Files.writeString(
                result(Path.of(args[0])), lint.isFailed() ? lint.getMessages().toString() : "no fault");
        for (Path values : Stream.of(args).skip(1).map(Path::of).toList()) {
            Files.writeString(result(values), rendered(helm, values), StandardCharsets.UTF_8);
        }
    }

    private static String rendered(Helm helm, Path values) {
        try {
            return helm.template()
                    .withName(values.getFileName().toString().replace(".yaml", ""))
                    .withNamespace("textonce")
                    .withValuesFile(values)
                    .call();
        } catch (IllegalStateException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
