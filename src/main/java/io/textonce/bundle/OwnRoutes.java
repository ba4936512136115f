package io.textonce.bundle;

import static java.nio.file.FileVisitOption.FOLLOW_LINKS;

import io.textonce.text.Texts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;

/**
 * Loads the integrator's own files beside the shipped ones, and again when they change. A file that is wrong is told by
 * its line and a reason, and nothing else stands still for it: what ran before goes on. The folder is looked at rather
 * than watched, since a mounted one tells nobody of its changes; a file is taken when it has been the same for two looks.
 */
public final class OwnRoutes implements CamelContextConfiguration, HealthIndicator, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OwnRoutes.class);

    private static final String ROUTES = ".camel.yaml";
    private static final String KAMELET = ".kamelet.yaml";
    private static final long LOOK_MILLIS = 500;
    private static final long LONGEST_SWAP_SECONDS = 25;

    private final @Nullable Path folder;
    private final boolean reload;
    private final BundleFiles files;
    private final Texts texts;

    private final CountDownLatch loadedOnce = new CountDownLatch(1);
    private final ReentrantLock swapping = new ReentrantLock();
    private final Map<String, Loaded> loaded = new HashMap<>();
    private final Map<String, String> kamelets = new HashMap<>();
    private final Map<String, Fault> faults = new ConcurrentSkipListMap<>();
    private Map<String, Stamp> seen = Map.of();
    private Map<String, Stamp> taken = Map.of();
    private @Nullable RouteLoader loader;
    private @Nullable ScheduledExecutorService watcher;

    OwnRoutes(String folder, boolean reload, BundleFiles files, Texts texts) {
        this.folder = folder.isEmpty() ? null : Path.of(folder).toAbsolutePath();
        this.reload = reload;
        this.files = files;
        this.texts = texts;
    }

    @Override
    public void beforeApplicationStart(CamelContext context) {}

    /** A route that can't start stops Camel's start and with it all others, so own ones come when Camel runs. */
    @Override
    public void afterApplicationStart(CamelContext context) {
        try {
            if (folder != null) {
                loader = new RouteLoader((ModelCamelContext) context);
                take(stamps());
                if (reload) {
                    watcher = Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "own-routes"));
                    watcher.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
                }
            }
        } finally {
            loadedOnce.countDown();
        }
    }

    /** Whether the folder was read once, after Camel had started. */
    public boolean isLoaded() {
        return loadedOnce.getCount() == 0;
    }

    /**
     * Waits while own routes are being loaded, so that nobody takes a route for unknown that is about to run.
     *
     * @return why an event of this name has no route, or null when there is no file for it
     */
    public @Nullable String whyMissing(String event) throws InterruptedException {
        if (folder == null) {
            return null;
        }
        if (!loadedOnce.await(LONGEST_SWAP_SECONDS, TimeUnit.SECONDS)
                || !swapping.tryLock(LONGEST_SWAP_SECONDS, TimeUnit.SECONDS)) {
            return "it is being loaded";
        }
        try {
            return faults.entrySet().stream()
                    .filter(fault -> Path.of(fault.getKey()).endsWith(event + ROUTES))
                    .map(fault -> fault.getKey() + ", " + fault.getValue())
                    .findFirst()
                    .orElse(null);
        } finally {
            swapping.unlock();
        }
    }

    @Override
    public Health health() {
        var health = faults.isEmpty() ? Health.up() : Health.down();
        faults.forEach((file, fault) -> health.withDetail(file, fault.toString()));
        return health.build();
    }

    void look() {
        try {
            var now = stamps();
            if (!now.equals(seen)) {
                seen = now;
            } else if (!now.equals(taken)) {
                take(now);
            }
        } catch (RuntimeException e) {
            LOG.error("The folder {} can't be looked at; it is tried again", folder, e);
        }
    }

    /** Takes what is new, changed or gone; whatever was wrong is tried again, since another file may have mended it. */
    private void take(Map<String, Stamp> now) {
        var changed = new TreeSet<String>();
        now.forEach((file, stamp) -> {
            if (!stamp.equals(taken.get(file)) || faults.containsKey(file)) {
                changed.add(file);
            }
        });
        var gone = new TreeSet<>(taken.keySet());
        gone.removeAll(now.keySet());
        swapping.lock();
        try {
            gone.stream().filter(file -> file.endsWith(ROUTES)).forEach(this::remove);
            loader().sweep();
            Stream.of(changed, gone).flatMap(Set::stream).forEach(this::reload);
            gone.stream().filter(file -> file.endsWith(KAMELET)).forEach(this::removeKamelet);
            changed.stream().filter(file -> file.endsWith(KAMELET)).forEach(this::replaceKamelet);
            var left = changed.stream()
                    .filter(file -> file.endsWith(ROUTES) && !replace(file))
                    .toList();
            loader().sweep();
            seen = now;
            taken = new HashMap<>(now);
            taken.keySet().removeAll(left);
        } finally {
            swapping.unlock();
        }
    }

    /** Loads a file of routes; false when one of them is busy, and it must be tried again. */
    private boolean replace(String file) {
        var old = loaded.get(file);
        try {
            String text = read(file);
            try {
                var ids = loader().replace(location(file), text, old == null ? Set.of() : old.ids());
                loaded.put(file, new Loaded(text, ids));
                mended(file);
                LOG.info("{} is loaded: {}", file, String.join(", ", ids));
            } catch (RouteLoader.StillBusy e) {
                LOG.info("{} is not taken yet: {}", file, e.getMessage());
                return false;
            } catch (Exception e) {
                wrong(file, Fault.of(e, text), old != null && isRunning(file, old));
            }
        } catch (IOException e) {
            wrong(file, Fault.of(e, ""), old != null);
        }
        return true;
    }

    /** Whether the routes of a file run as they were, if need be after having been put back. */
    private boolean isRunning(String file, Loaded old) {
        try {
            if (loader().isRunning(old.ids())) {
                return true;
            }
            loader().replace(location(file), old.text(), old.ids());
            return true;
        } catch (Exception e) {
            LOG.error("{}: the version before can't run any more", file, e);
            loaded.remove(file);
            return false;
        }
    }

    private void remove(String file) {
        var old = loaded.remove(file);
        faults.remove(file);
        if (old != null) {
            loader().remove(old.ids());
            LOG.info("{} is gone, and {} with it", file, String.join(", ", old.ids()));
        }
    }

    /** Reads a schema or a template anew, where routes use it. */
    private void reload(String file) {
        try {
            if (file.startsWith("schemas/")) {
                loader().reloadSchema(BundleFiles.SCHEME + ":" + file);
                mended(file);
            } else if (file.startsWith("templates/")) {
                String name = Texts.nameOf(Path.of(file).getFileName().toString());
                texts.reload(name, isNamed(name));
                mended(file);
            }
        } catch (Exception e) {
            String text;
            try {
                text = read(file);
            } catch (IOException gone) {
                text = "";
            }
            wrong(file, Fault.of(e, text), true);
        }
    }

    private boolean isNamed(String name) {
        return loaded.values().stream().anyMatch(route -> route.text().contains(name));
    }

    /** Loads a kamelet, and again all own routes that use it; when one of them can't run with it, all keep the old one. */
    private void replaceKamelet(String file) {
        String name = kameletOf(file);
        String old = kamelets.get(file);
        try {
            String text = read(file);
            try {
                if (files.shipped(BundleFiles.KAMELETS + name + KAMELET).exists()) {
                    throw new IllegalArgumentException(
                            "there is a shipped kamelet " + name + "; give yours another name");
                }
                loader().replaceKamelet(name, location(file), text);
                reloadUsers(name);
                kamelets.put(file, text);
                mended(file);
            } catch (Exception e) {
                boolean kept = old != null;
                if (old != null) {
                    loader().replaceKamelet(name, location(file), old);
                    reloadUsers(name);
                }
                wrong(file, Fault.of(e, text), kept);
            }
        } catch (Exception e) {
            wrong(file, Fault.of(e, ""), false);
        }
    }

    private void removeKamelet(String file) {
        boolean used = loaded.values().stream().anyMatch(route -> route.text().contains("kamelet:" + kameletOf(file)));
        if (used) {
            wrong(file, new Fault(0, "it is gone, and routes use it"), true);
        } else {
            kamelets.remove(file);
            faults.remove(file);
            loader().removeKamelet(kameletOf(file));
        }
    }

    private static String kameletOf(String file) {
        return Path.of(file).getFileName().toString().replace(KAMELET, "");
    }

    private void reloadUsers(String kamelet) throws Exception {
        for (var user : Map.copyOf(loaded).entrySet()) {
            var route = user.getValue();
            if (route.text().contains("kamelet:" + kamelet)) {
                loader().replace(location(user.getKey()), route.text(), route.ids());
            }
        }
    }

    private void wrong(String file, Fault fault, boolean olderRuns) {
        if (!fault.equals(faults.put(file, fault))) {
            LOG.error("{}, {}{}", file, fault, olderRuns ? "; the version before goes on" : "");
        }
    }

    private void mended(String file) {
        if (faults.remove(file) != null) {
            LOG.info("{} is mended", file);
        }
    }

    private String read(String file) throws IOException {
        return Files.readString(folder().resolve(file));
    }

    private String location(String file) {
        return "file:" + folder().resolve(file);
    }

    /** The files by their paths in the folder. What begins with a dot belongs to an editor or to the mount. */
    private Map<String, Stamp> stamps() {
        var root = folder();
        try (var found = Files.walk(root, FOLLOW_LINKS)) {
            return found.filter(file -> !isHidden(root.relativize(file)) && Files.isRegularFile(file))
                    .collect(Collectors.toMap(
                            file -> root.relativize(file).toString().replace('\\', '/'),
                            Stamp::of,
                            (one, other) -> one,
                            LinkedHashMap::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isHidden(Path path) {
        for (Path name : path) {
            if (name.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    private Path folder() {
        if (folder == null) {
            throw new IllegalStateException("no folder is set");
        }
        return folder;
    }

    private RouteLoader loader() {
        if (loader == null) {
            throw new IllegalStateException("Camel has not started");
        }
        return loader;
    }

    @Override
    public void close() {
        if (watcher != null) {
            watcher.shutdownNow();
        }
    }

    /** A file whose routes run. */
    private record Loaded(String text, Set<String> ids) {}

    /** Tells a file from what it was. */
    private record Stamp(long size, long modified) {

        static Stamp of(Path file) {
            try {
                var attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return new Stamp(
                        attributes.size(), attributes.lastModifiedTime().toMillis());
            } catch (IOException e) {
                return new Stamp(-1, -1);
            }
        }
    }
}
