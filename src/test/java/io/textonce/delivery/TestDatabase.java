package io.textonce.delivery;

import com.zaxxer.hikari.HikariDataSource;
import io.textonce.sandbox.SandboxPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.util.FileSystemUtils;

/** Empty database of a test class, on a server that all such classes share. */
public final class TestDatabase extends HikariDataSource implements BeforeAllCallback, AfterAllCallback {

    @Override
    public void beforeAll(ExtensionContext context) {
        var server = context.getRoot().getStore(Namespace.GLOBAL).getOrComputeIfAbsent(Server.class).postgres;
        String name = "test_" + UUID.randomUUID().toString().replace('-', '_');
        new JdbcTemplate(new DriverManagerDataSource(server.url(), "postgres", "")).execute("CREATE DATABASE " + name);
        setJdbcUrl(server.url(name));
        setUsername("postgres");
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    private static final class Server implements ExtensionContext.Store.CloseableResource {

        private final Path directory = Files.createTempDirectory("textonce-tests-");
        private final SandboxPostgres postgres = new SandboxPostgres(directory).start();

        Server() throws IOException {}

        @Override
        public void close() throws IOException {
            postgres.close();
            FileSystemUtils.deleteRecursively(directory);
        }
    }
}
