package io.textonce.sandbox;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/** Route file in the integrator's folder, until it is closed. */
public final class UserRoutesFile implements AutoCloseable {

    private final Sandbox sandbox;
    private final Path file;
    private @Nullable String route;

    public UserRoutesFile(Sandbox sandbox, String name, String text) throws IOException {
        this.sandbox = sandbox;
        this.file = sandbox.routes().resolve(name + ".camel.yaml");
        save(text);
    }

    public void save(String text) throws IOException {
        Files.writeString(file, text);
    }

    public void awaitRoute(String id) {
        route = id;
        await().until(() -> isThere(id));
    }

    private boolean isThere(String id) {
        return sandbox.context().getBean(CamelContext.class).getRoute(id) != null;
    }

    @Override
    public void close() throws IOException {
        Files.delete(file);
        if (route != null) {
            await().until(() -> !isThere(route));
        }
    }
}
