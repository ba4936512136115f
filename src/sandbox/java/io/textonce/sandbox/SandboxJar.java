package io.textonce.sandbox;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Launcher of the sandbox's jar. It unpacks the jar once for each user, into {@code ~/.cache/textonce}: from plain jars a
 * command starts three times as fast as from jars within a jar. Further jars are read from {@code lib}, or from the
 * folders in {@code LOADER_PATH}, as in production.
 */
public final class SandboxJar {

    private static final String CONTENT = "BOOT-INF/";

    private SandboxJar() {}

    public static void main(String[] args) throws Throwable {
        String version = SandboxJar.class.getPackage().getImplementationVersion();
        if (version != null) {
            System.setProperty("sandbox.version", version);
        }
        var loader = new URLClassLoader(classPath(unpacked(jar())), ClassLoader.getPlatformClassLoader());
        Thread.currentThread().setContextClassLoader(loader);
        try {
            loader.loadClass("io.textonce.sandbox.Commands")
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static Path jar() throws URISyntaxException {
        return Path.of(SandboxJar.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    /** Returns the folder of this build's content: another build has another size or time. */
    private static Path unpacked(Path jar) throws IOException {
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "textonce");
        Path folder = cache.resolve(
                Files.size(jar) + "-" + Files.getLastModifiedTime(jar).toMillis());
        if (!Files.exists(folder)) {
            Files.createDirectories(cache);
            Path part = Files.createTempDirectory(cache, "part-");
            unpack(jar, part);
            try {
                Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileSystemException e) {
                if (!Files.exists(folder)) {
                    throw e;
                }
                // Another command was faster; this one uses its own copy.
                return part;
            }
        }
        return folder;
    }

    private static void unpack(Path jar, Path folder) throws IOException {
        try (var content = new JarFile(jar.toFile())) {
            for (var entry : (Iterable<JarEntry>) content.stream()::iterator) {
                Path file = folder.resolve(entry.getName()).normalize();
                if (entry.isDirectory() || !entry.getName().startsWith(CONTENT) || !file.startsWith(folder)) {
                    continue;
                }
                Files.createDirectories(file.getParent());
                try (var stream = content.getInputStream(entry)) {
                    Files.copy(stream, file);
                }
            }
        }
    }

    private static URL[] classPath(Path unpacked) throws IOException {
        List<URL> found = new ArrayList<>();
        found.add(url(unpacked.resolve(CONTENT + "classes")));
        jars(unpacked.resolve(CONTENT + "lib"), found);
        String more = System.getProperty("loader.path", System.getenv().getOrDefault("LOADER_PATH", "lib"));
        for (String folder : more.split("[," + File.pathSeparator + "]")) {
            jars(Path.of(folder.strip()), found);
        }
        return found.toArray(URL[]::new);
    }

    private static void jars(Path folder, List<URL> found) throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path jar : files.filter(file -> file.toString().endsWith(".jar"))
                        .sorted()
                        .toList()) {
                    found.add(url(jar));
                }
            }
        }
    }

    private static URL url(Path path) throws MalformedURLException {
        return path.toUri().toURL();
    }
}
