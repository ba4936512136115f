package io.textonce.sandbox;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that are stopped and started again on the same one. They lie below the range from which systems give
 * ports to outgoing connections, so that none of those takes it in between. Each is reserved until this JVM ends, by the
 * lock of a byte in a file: until its server listens, other JVMs of the user would find it free, too.
 */
public final class FreePort {

    private static final FileChannel RESERVATIONS = open();
    private static final List<FileLock> RESERVED = new ArrayList<>();

    private FreePort() {}

    public static synchronized int next() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(12_000, 32_000);
            try (var socket = new ServerSocket(port)) {
                var lock = RESERVATIONS.tryLock(port, 1, false);
                if (lock != null) {
                    RESERVED.add(lock);
                    return socket.getLocalPort();
                }
            } catch (IOException | OverlappingFileLockException e) {
                // In use: another one.
            }
        }
    }

    private static FileChannel open() {
        try {
            return FileChannel.open(
                    Path.of(
                            System.getProperty("java.io.tmpdir"),
                            "textonce-ports-" + System.getProperty("user.name").replaceAll("\\W", "_")),
                    CREATE,
                    WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
