package io.textonce.settings;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.ConfigTreePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;

/**
 * Poller of the folders of secrets, so that tokens and keys are rotated without a restart. All settings are checked with the
 * new values first: a fault is logged by its name, and the old values stay in use.
 */
@Component
final class SecretReload implements MeterBinder, DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(SecretReload.class);

    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private static final List<String> RELOADED = List.of(
            "textonce.twilio.auth-token",
            "textonce.twilio.secondary-auth-token",
            "textonce.twilio.webhook-keys",
            "textonce.twilio.api-key",
            "textonce.twilio.api-secret",
            "textonce.twilio.client-id",
            "textonce.twilio.client-secret",
            // Of new connections.
            "spring.datasource.username",
            "spring.datasource.password",
            "spring.artemis.user",
            "spring.artemis.password",
            "textonce.jms.user",
            "textonce.jms.password");

    private final ConfigurableEnvironment environment;
    private final LiveSettings live;
    private final boolean sandbox;
    private final Set<String> reloaded;
    private final ScheduledExecutorService poller =
            Executors.newSingleThreadScheduledExecutor(new CustomizableThreadFactory("secrets-"));

    /** Values by file: in use, checked last, and of the last poll. */
    private Map<String, String> used;

    private Map<String, String> checked;
    private Map<String, String> seen;
    private volatile boolean isRejected;
    private volatile boolean isUnreadable;

    SecretReload(
            ConfigurableEnvironment environment,
            TextOnceProperties settings,
            LiveSettings live,
            ObjectProvider<Sandbox> sandbox) {
        this.environment = environment;
        this.live = live;
        this.sandbox = sandbox.getIfAvailable() != null;
        this.reloaded = reloaded(settings.clients().keySet());
        this.used = SecretFiles.read(copy().getPropertySources());
        this.checked = used;
        this.seen = used;
        warn(SecretFiles.hidden(environment.getPropertySources()));
        if (environment.getPropertySources().stream().anyMatch(ConfigTreePropertySource.class::isInstance)) {
            poller.scheduleWithFixedDelay(this::poll, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        Gauge.builder("textonce.secrets.rejected", () -> isRejected || isUnreadable ? 1 : 0)
                .description("1 while changed files of secrets are not used because of a fault")
                .register(meters);
    }

    private void poll() {
        try {
            reload();
            if (isUnreadable) {
                isUnreadable = false;
                LOG.info("The folders of secrets can be read again");
            }
        } catch (RuntimeException e) {
            if (!isUnreadable) {
                isUnreadable = true;
                LOG.warn(
                        "The folders of secrets can't be read, and the old ones stay in use: {}",
                        e.getClass().getSimpleName());
            }
        }
    }

    /** Takes values that two polls in a row have found: a file may be half written. */
    void reload() {
        var fresh = copy();
        var values = SecretFiles.read(fresh.getPropertySources());
        boolean isStable = values.equals(seen);
        seen = values;
        if (isStable && !values.equals(checked)) {
            checked = values;
            use(values, fresh);
        }
    }

    private void use(Map<String, String> values, ConfigurableEnvironment fresh) {
        try {
            live.replace(SettingsCheck.check(fresh, sandbox).settings());
        } catch (RuntimeException e) {
            isRejected = true;
            LOG.warn(
                    "Changed secrets are not used, and the old ones stay in use: {}",
                    e instanceof InvalidSettings invalid
                            ? invalid.faults()
                            : e.getClass().getSimpleName());
            return;
        }
        SecretFiles.read(environment.getPropertySources());
        var changed = new TreeSet<>(values.keySet());
        changed.addAll(used.keySet());
        changed.removeIf(name -> Objects.equals(values.get(name), used.get(name)));
        used = values;
        var hidden = SecretFiles.hidden(fresh.getPropertySources());
        hidden.keySet().retainAll(changed);
        changed.removeAll(hidden.keySet());
        warn(hidden);
        var later = changed.stream()
                .filter(name -> !reloaded.contains(UnknownSettings.bare(name)))
                .toList();
        changed.removeAll(later);
        if (!changed.isEmpty() || isRejected) {
            LOG.info("Changed secrets are in use: {}", changed);
        }
        if (!later.isEmpty()) {
            LOG.warn("Changed files are used after the next start only: {}", later);
        }
        isRejected = false;
    }

    private static void warn(Map<String, String> hidden) {
        hidden.forEach((file, by) -> LOG.warn("The file {} is hidden by the {}", file, by));
    }

    private ConfigurableEnvironment copy() {
        var copy = new StandardEnvironment();
        var sources = copy.getPropertySources();
        sources.stream().map(source -> source.getName()).toList().forEach(sources::remove);
        environment.getPropertySources().stream()
                .filter(source -> !ConfigurationPropertySources.isAttachedConfigurationPropertySource(source))
                .forEach(sources::addLast);
        ConfigurationPropertySources.attach(copy);
        return copy;
    }

    /** Returns the names of files that are reloaded, those of settings and of variables. */
    private Set<String> reloaded(Collection<String> clients) {
        var faults = new SettingFaults(environment);
        var names = new HashSet<String>();
        Stream.concat(
                        RELOADED.stream(),
                        clients.stream()
                                .map(client -> "textonce.clients." + client)
                                .flatMap(client -> Stream.of(client + ".token-sha256", client + ".webhook.secret")))
                .forEach(name -> {
                    names.add(UnknownSettings.bare(name));
                    names.add(UnknownSettings.bare(faults.variable(name)));
                });
        return names;
    }

    @Override
    public void destroy() {
        poller.shutdownNow();
    }
}
