package io.textonce.intake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.CamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Loads the integrator's route files when the shipped ones are there and before any of them starts. */
@Component
final class OwnRoutes implements CamelContextConfiguration {

    private final String folder;

    OwnRoutes(@Value("${textonce.routes}") String folder) {
        this.folder = folder;
    }

    @Override
    public void beforeApplicationStart(CamelContext context) {
        if (folder.isEmpty()) {
            return;
        }
        try (var files = Files.newDirectoryStream(Path.of(folder), "*.camel.yaml")) {
            for (Path file : files) {
                PluginHelper.getRoutesLoader(context)
                        .loadRoutes(ResourceHelper.resolveMandatoryResource(context, "file:" + file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("TEXTONCE_ROUTES", e);
        } catch (Exception e) {
            throw new IllegalStateException("TEXTONCE_ROUTES: " + e.getMessage(), e);
        }
    }

    @Override
    public void afterApplicationStart(CamelContext context) {}
}
