package io.textonce.sandbox;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.CamelContext;

/** Route file in the integrator's folder, until it is closed. */
public final class UserRoutesFile implements AutoCloseable {

    private final Sandbox sandbox;
    private final Path file;

    public UserRoutesFile(Sandbox sandbox, String name, String text) throws IOException {
        this.sandbox = sandbox;
        this.file = sandbox.routes().resolve(name + ".camel.yaml");
        Files.writeString(file, text);
    }

    public void awaitRoute(String id) {
        var camel = sandbox.context().getBean(CamelContext.class);
        await().until(() -> camel.getRoute(id) != null);
    }

    @Override
    public void close() throws IOException {
        Files.delete(file);
    }
}
