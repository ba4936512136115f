package io.textonce.intake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.CamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** Loads the integrator's own route files, beside the shipped ones. A file that can't be loaded stops the start. */
final class OwnRoutes implements CamelContextConfiguration {

    private final String folder;

    OwnRoutes(String folder) {
        this.folder = folder;
    }

    @Override
    public void beforeApplicationStart(CamelContext context) {
        if (folder.isEmpty()) {
            return;
        }
        try (var files = Files.walk(Path.of(folder))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".camel.yaml"))
                    .sorted()
                    .toList()) {
                PluginHelper.getRoutesLoader(context)
                        .loadRoutes(ResourceHelper.resolveMandatoryResource(context, "file:" + file.toAbsolutePath()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException("The routes in " + folder + " can't be loaded", e);
        }
    }

    @Override
    public void afterApplicationStart(CamelContext context) {}
}
