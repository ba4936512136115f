package io.textonce.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.ExtractedJar;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.jar.Attributes.Name;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The steps of the Dockerfile with the packaged jar and the JVM at hand; what is left out is Docker. */
class ImageIT {

    private static final Pattern COPIED = Pattern.compile("COPY --from=build /build/target/layers/([a-z-]+)/ ./");

    private static final String JAR = System.getProperty("sandbox.jar");

    @TempDir
    Path directory;

    @Test
    void takesFromTheJarEveryLayerThatHoldsAFile() throws Exception {
        extract();

        var layers = COPIED.matcher(Files.readString(Path.of("Dockerfile")))
                .results()
                .map(copied -> copied.group(1))
                .toList();

        assertThat(layers)
                .hasSize(3)
                .allSatisfy(layer -> assertThat(layers().resolve(layer)).isDirectory());
        try (var folders = Files.list(layers())) {
            assertThat(folders.filter(ImageIT::holdsAFile)
                            .map(folder -> folder.getFileName().toString()))
                    .isSubsetOf(layers);
        }
    }

    @Test
    void namesTheMainClassAndTheJarsOfTheImage() throws Exception {
        extract();

        try (var jar = new JarFile(layers().resolve("application/textonce.jar").toFile())) {
            var manifest = jar.getManifest().getMainAttributes();

            assertThat(Files.readString(Path.of("Dockerfile")))
                    .contains("\"" + manifest.getValue(Name.MAIN_CLASS) + "\"]");
            assertThat(manifest.getValue(Name.CLASS_PATH).split(" "))
                    .hasSizeGreaterThan(100)
                    .allSatisfy(library -> assertThat(
                                    layers().resolve("dependencies").resolve(library))
                            .exists());
        }
    }

    /** Takes half a minute, and a JVM from 25 on: {@code ./mvnw verify -Dit.test=ImageIT -Djvm=/path/to/java}. */
    @Test
    void startsFromTheCacheOfATraining() throws Exception {
        assumeTrue(Runtime.version().feature() >= 25, "the cache needs Java 25; this is " + Runtime.version());
        extract();
        Path app = Files.createDirectory(directory.resolve("app"));
        for (String layer : List.of("dependencies", "application")) {
            try (var entries = Files.list(layers().resolve(layer))) {
                for (Path entry : entries.toList()) {
                    Files.move(entry, app.resolve(entry.getFileName()));
                }
            }
        }
        Path cache = app.resolve("textonce.aot");
        Path jar = app.resolve("textonce.jar");
        try (var peers = new Peers(directory.resolve("peers"), 0, 0).start();
                // Without a cache that fits, the JVM ends at once.
                var process = AppProcess.of(peers).jar(jar).jvm("-XX:AOTMode=on", "-XX:AOTCache=" + cache)) {
            Training.run(jar, cache, Duration.ZERO);

            process.start();

            assertThat(process.post("order-shipped", "{}").statusCode()).isEqualTo(400);
        }
    }

    private Path layers() {
        return directory.resolve("layers");
    }

    private void extract() {
        ExtractedJar.extract(Path.of(JAR), layers(), "--layers", "--libraries", "jars");
    }

    private static boolean holdsAFile(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.anyMatch(Files::isRegularFile);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
