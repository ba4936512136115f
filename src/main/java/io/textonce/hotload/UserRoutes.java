package io.textonce.hotload;

import io.textonce.event.EventSchemas;
import io.textonce.message.Senders;
import io.textonce.message.Templates;
import io.textonce.privacy.RepeatedLines;
import io.textonce.settings.PublicPaths;
import io.textonce.settings.TextOnceProperties;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Hot reload of the user's files beside the shipped ones. A file with an error is reported with its line and reason,
 * and affects nothing else: the previous version keeps running. A file is loaded once it is unchanged for two scans.
 */
@Component
public final class UserRoutes implements CamelContextConfiguration, HealthIndicator, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(UserRoutes.class);

    private static final long SCAN_MILLIS = 500;
    private static final long LONGEST_SWAP_SECONDS = 25;

    private final @Nullable RoutesFolder folder;
    private final boolean reload;
    private final BundleFiles bundle;
    private final Templates templates;
    private final EventSchemas schemas;
    private final Senders senders;
    private final Predicate<String> isReached;
    private final ReplacedPaths replaced;

    private final CountDownLatch loadedOnce = new CountDownLatch(1);
    private final ReentrantLock swapping = new ReentrantLock();
    private final RouteFileErrors errors = new RouteFileErrors();
    private final RepeatedLines unread = new RepeatedLines();
    private Map<String, RoutesFolder.Stamp> seen = Map.of();
    private long retryAt = System.nanoTime();
    private @Nullable RouteLoader loader;
    private @Nullable UserFiles files;
    private @Nullable ScheduledExecutorService watcher;

    @Autowired
    UserRoutes(
            TextOnceProperties settings,
            BundleFiles files,
            Templates texts,
            EventSchemas schemas,
            Senders senders,
            ReplacedPaths replaced) {
        this(
                settings.routes(),
                settings.routesReload(),
                files,
                texts,
                schemas,
                senders,
                new PublicPaths(settings)::reach,
                replaced);
    }

    /** @param isReached whether callers can reach an HTTP path */
    UserRoutes(
            String folder,
            boolean reload,
            BundleFiles files,
            Templates texts,
            EventSchemas schemas,
            Senders senders,
            Predicate<String> isReached,
            ReplacedPaths replaced) {
        this.folder = folder.isEmpty() ? null : new RoutesFolder(Path.of(folder).toAbsolutePath());
        this.reload = reload;
        this.bundle = files;
        this.templates = texts;
        this.schemas = schemas;
        this.senders = senders;
        this.isReached = isReached;
        this.replaced = replaced;
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
                files = files((ModelCamelContext) context, folder);
                take(folder.stamps());
                if (reload) {
                    watcher = Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "user-routes"));
                    watcher.scheduleWithFixedDelay(this::scan, SCAN_MILLIS, SCAN_MILLIS, TimeUnit.MILLISECONDS);
                }
            }
        } finally {
            loadedOnce.countDown();
        }
    }

    private UserFiles files(ModelCamelContext camel, RoutesFolder from) {
        var fields = new TemplateFields(camel, templates, schemas, new TemplateVariables(from::mentions));
        var kamelets = KameletTemplates.of(camel, bundle);
        var checks = new RouteChecks(camel, bundle, fields, kamelets, from::directs);
        loader = new RouteLoader(camel, bundle, kamelets, schemas, checks, isReached, replaced);
        return new UserFiles(from, bundle, new UserResources(templates, schemas, fields, senders), loader, errors);
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
            return errors.first(file -> isOf(event, file, folder));
        } finally {
            swapping.unlock();
        }
    }

    /** Returns whether a file is, or names, an event, however the file is called. */
    private static boolean isOf(String event, String file, RoutesFolder folder) {
        return file.matches("(.*/)?" + event + "\\.[^/]*ya?ml") || folder.mentions(file, "event-" + event);
    }

    @Override
    public Health health() {
        return errors.health();
    }

    void scan() {
        try {
            var now = folder().stamps();
            if (!now.equals(seen)) {
                seen = now;
            } else if (!files().are(now) && System.nanoTime() - retryAt >= 0) {
                take(now);
            }
        } catch (RuntimeException e) {
            unread.log(
                    folder(), omitted -> LOG.error("The folder {} can't be read; it is retried", folder().root(), e));
        }
    }

    private void take(Map<String, RoutesFolder.Stamp> now) {
        swapping.lock();
        try {
            files().take(now);
            seen = now;
            // New events waited for the busy routes: they get as long to pass.
            retryAt =
                    System.nanoTime() + (files().areBusy() ? replaced.longest().toNanos() : 0);
        } finally {
            swapping.unlock();
        }
    }

    private RoutesFolder folder() {
        return Objects.requireNonNull(folder, "no folder is set");
    }

    private UserFiles files() {
        return Objects.requireNonNull(files, "Camel has not started");
    }

    /** Ends the reload before Camel stops: what becomes of the folder meanwhile would delay the stop. */
    @EventListener(ContextClosedEvent.class)
    void stopWatching() {
        if (watcher != null) {
            watcher.shutdownNow();
        }
    }

    @Override
    public void close() {
        // A context that failed to start is closed without the event.
        stopWatching();
        if (loader != null) {
            swapping.lock();
            try {
                loader.close();
            } finally {
                swapping.unlock();
            }
        }
    }
}
