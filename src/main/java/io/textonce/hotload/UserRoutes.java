package io.textonce.hotload;

import io.textonce.event.EventSchemas;
import io.textonce.message.Templates;
import io.textonce.settings.PublicPaths;
import io.textonce.settings.TextOnceProperties;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Hot reload of the user's files beside the shipped ones. A file with an error is reported with its line and reason,
 * and affects nothing else: the previous version keeps running. A file is loaded once it is unchanged for two scans.
 */
@Component
public final class UserRoutes implements CamelContextConfiguration, HealthIndicator, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(UserRoutes.class);

    private static final String ROUTES = ".camel.yaml";
    private static final long LOOK_MILLIS = 500;
    private static final long LONGEST_SWAP_SECONDS = 25;

    private final @Nullable RoutesFolder folder;
    private final boolean reload;
    private final BundleFiles files;
    private final UserResources resources;
    private final Predicate<String> isReached;
    private final EventSchemas schemas;

    private final CountDownLatch loadedOnce = new CountDownLatch(1);
    private final ReentrantLock swapping = new ReentrantLock();
    private final Map<String, Loaded> loaded = new HashMap<>();
    private final RouteFileErrors faults = new RouteFileErrors();
    private Map<String, RoutesFolder.Stamp> seen = Map.of();
    private Map<String, RoutesFolder.Stamp> taken = Map.of();
    private @Nullable RouteLoader loader;
    private @Nullable ScheduledExecutorService watcher;

    @Autowired
    UserRoutes(TextOnceProperties settings, BundleFiles files, Templates texts, EventSchemas schemas) {
        this(settings.routes(), settings.routesReload(), files, texts, schemas, new PublicPaths(settings)::reach);
    }

    /** @param isReached whether callers can reach an HTTP path */
    UserRoutes(
            String folder,
            boolean reload,
            BundleFiles files,
            Templates texts,
            EventSchemas schemas,
            Predicate<String> isReached) {
        this.folder = folder.isEmpty() ? null : new RoutesFolder(Path.of(folder).toAbsolutePath());
        this.reload = reload;
        this.files = files;
        this.resources = new UserResources(texts, schemas);
        this.schemas = schemas;
        this.isReached = isReached;
    }

    @Override
    public void beforeApplicationStart(CamelContext context) {}

    /**
     * Loads the user routes once Camel runs, since a route that can't start would abort Camel's start and with it all
     * others.
     */
    @Override
    public void afterApplicationStart(CamelContext context) {
        try {
            if (folder != null) {
                var kamelets = new KameletTemplates((ModelCamelContext) context, files);
                loader = new RouteLoader((ModelCamelContext) context, files, kamelets, schemas, isReached);
                take(folder.stamps());
                if (reload) {
                    watcher = Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "own-routes"));
                    watcher.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
                }
            }
        } finally {
            loadedOnce.countDown();
        }
    }

    /** Returns whether the folder was read once after Camel had started. */
    public boolean isLoaded() {
        return loadedOnce.getCount() == 0;
    }

    /**
     * Waits while user routes are being loaded, so that a route that is about to run is not reported as unknown.
     *
     * @return why an event of this name has no route, or null if there is no file for it
     */
    public @Nullable String whyMissing(String event) throws InterruptedException {
        if (folder == null) {
            return null;
        }
        if (!loadedOnce.await(LONGEST_SWAP_SECONDS, TimeUnit.SECONDS)
                || !swapping.tryLock(LONGEST_SWAP_SECONDS, TimeUnit.SECONDS)) {
            return "the file is being loaded";
        }
        try {
            return faults.of(event + ROUTES);
        } finally {
            swapping.unlock();
        }
    }

    @Override
    public Health health() {
        return faults.health();
    }

    void look() {
        try {
            var now = folder().stamps();
            if (!now.equals(seen)) {
                seen = now;
            } else if (!now.equals(taken)) {
                take(now);
            }
        } catch (RuntimeException e) {
            LOG.error("The folder {} can't be read; it is retried", folder().root(), e);
        }
    }

    /** Loads new and changed files, removes deleted ones, and retries those with an error. */
    private void take(Map<String, RoutesFolder.Stamp> now) {
        var changed = new TreeSet<String>();
        now.forEach((file, stamp) -> {
            if (!stamp.equals(taken.get(file)) || faults.has(file)) {
                changed.add(file);
            }
        });
        var gone = new TreeSet<>(taken.keySet());
        gone.removeAll(now.keySet());
        swapping.lock();
        try {
            gone.forEach(faults::forget);
            gone.stream().filter(file -> file.endsWith(ROUTES)).forEach(this::remove);
            loader().sweep();
            changed.stream().filter(file -> file.startsWith(BundleFiles.SQL)).forEach(this::refuseShipped);
            Stream.of(changed, gone)
                    .flatMap(Set::stream)
                    .filter(resources::holds)
                    .forEach(this::reload);
            gone.stream().filter(file -> file.endsWith(KameletTemplates.FILE)).forEach(this::removeKamelet);
            changed.stream()
                    .filter(file -> file.endsWith(KameletTemplates.FILE))
                    .forEach(this::replaceKamelet);
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

    /** Loads a file of routes; false if one of them is busy, and it must be retried. */
    private boolean replace(String file) {
        var old = loaded.get(file);
        try {
            String text = folder().read(file);
            var ids = loader().replace(folder().location(file), text);
            loaded.put(file, new Loaded(text, ids));
            faults.fixed(file);
            LOG.info("{} is loaded: {}", file, String.join(", ", ids));
        } catch (RouteLoader.StillBusy e) {
            LOG.info("{} is not loaded yet: {}", file, e.getMessage());
            return false;
        } catch (Exception e) {
            faults.report(file, folder().error(file, e), old != null && isRunning(file, old));
        }
        return true;
    }

    /** Returns whether the routes of a file run in the previous version, if need be after a restart. */
    private boolean isRunning(String file, Loaded old) {
        try {
            if (!loader().isRunning(folder().location(file))) {
                loader().replace(folder().location(file), old.text());
            }
            return true;
        } catch (Exception e) {
            LOG.error("{}: the previous version can't be restored", file, e);
            loaded.remove(file);
            loader().remove(folder().location(file));
            return false;
        }
    }

    private void remove(String file) {
        var old = loaded.remove(file);
        if (old != null) {
            loader().remove(folder().location(file));
            LOG.info("{} was deleted; removed: {}", file, String.join(", ", old.ids()));
        }
    }

    private void refuseShipped(String file) {
        if (files.shipped(file).exists()) {
            faults.report(
                    file, new RouteFileError(0, "there is a shipped file " + file + "; choose another name"), true);
        }
    }

    private void reload(String file) {
        boolean olderRuns = resources.has(file);
        try {
            resources.reload(
                    file,
                    name -> loaded.values().stream()
                            .anyMatch(route -> route.text().contains(name)));
            faults.fixed(file);
        } catch (Exception e) {
            faults.report(file, folder().error(file, e), olderRuns);
        }
        loader().forgetSchema(UserResources.uri(file));
    }

    /** Loads a kamelet and reloads the routes that use it; if one can't run with it, all keep the previous one. */
    private void replaceKamelet(String file) {
        try {
            loader().kamelets().replace(file, folder().location(file), folder().read(file), this::reloadUsers);
            faults.fixed(file);
        } catch (Exception e) {
            faults.report(file, folder().error(file, e), loader().kamelets().isOwn(file));
        }
    }

    private void removeKamelet(String file) {
        boolean used = loaded.values().stream()
                .anyMatch(route -> route.text().contains("kamelet:" + KameletTemplates.nameOf(file)));
        if (used && loader().kamelets().isOwn(file)) {
            faults.report(file, new RouteFileError(0, "the file was deleted, but routes use it"), true);
        } else {
            loader().kamelets().remove(file);
        }
    }

    private void reloadUsers(String kamelet) throws Exception {
        for (var user : Map.copyOf(loaded).entrySet()) {
            var route = user.getValue();
            if (route.text().contains("kamelet:" + kamelet)) {
                loader().replace(folder().location(user.getKey()), route.text());
            }
        }
    }

    private RoutesFolder folder() {
        return Objects.requireNonNull(folder, "no folder is set");
    }

    private RouteLoader loader() {
        return Objects.requireNonNull(loader, "Camel has not started");
    }

    @Override
    public void close() {
        if (watcher != null) {
            watcher.shutdownNow();
        }
        if (loader != null) {
            swapping.lock();
            try {
                loader.close();
            } finally {
                swapping.unlock();
            }
        }
    }

    /** File whose routes run. */
    private record Loaded(String text, Set<String> ids) {}
}
