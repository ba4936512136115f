package io.textonce.hotload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShippedFilesScanTest {

    @TempDir
    Path directory;

    @Test
    void findsTheFilesOfAFolderInAJarAndInADirectory() throws Exception {
        Path jar = directory.resolve("bundle.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (var file : Map.of(
                            "bundle/",
                            "",
                            "bundle/a.camel.yaml",
                            "a",
                            "bundle/sub/b.camel.yaml",
                            "b",
                            "bundle/c.txt",
                            "c")
                    .entrySet()) {
                out.putNextEntry(new JarEntry(file.getKey()));
                out.write(file.getValue().getBytes(UTF_8));
            }
        }
        Path folder = Files.createDirectories(directory.resolve("classes/bundle"));
        Files.writeString(folder.resolve("d.camel.yaml"), "d");

        try (var loader = new URLClassLoader(new URL[] {
                    jar.toUri().toURL(), directory.resolve("classes").toUri().toURL()
                });
                var camel = new DefaultCamelContext()) {
            camel.setApplicationContextClassLoader(loader);
            new ShippedFilesScan(camel);
            var scan = PluginHelper.getPackageScanResourceResolver(camel);

            var found = scan.findResources("classpath:bundle/*.camel.yaml");

            assertThat(found)
                    .extracting(Resource::getLocation)
                    .containsExactlyInAnyOrder("classpath:bundle/a.camel.yaml", "classpath:bundle/d.camel.yaml");
            for (var file : found) {
                try (var content = file.getInputStream()) {
                    assertThat(new String(content.readAllBytes(), UTF_8)).isIn("a", "d");
                }
            }
            assertThat(scan.findResources("file:" + directory + "/classes/bundle/*.camel.yaml"))
                    .hasSize(1);
        }
    }
}
