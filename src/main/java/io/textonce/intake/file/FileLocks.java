package io.textonce.intake.file;

import io.textonce.settings.TextOnceProperties;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.service.ServiceSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;

/**
 * Distributed locks of the files that instances read. A lock is taken in one statement, so of several instances exactly
 * one gets it, also when it takes over from one that died. A lock lives as long as its holder refreshes it; all times
 * are the database's.
 *
 * <p>Camel's own repository of this kind uses the JVM's clock and time zone, lets two instances take over at once, does
 * not refresh what was taken over, and keeps forever what it could not remove while the database was unavailable.
 */
@Component
public final class FileLocks extends ServiceSupport implements IdempotentRepository {

    private static final Logger LOG = LoggerFactory.getLogger(FileLocks.class);

    private static final String TAKE = """
            INSERT INTO textonce.file_locks AS l (path, holder, refreshed_at)
            VALUES (?, ?, now())
            ON CONFLICT (path) DO UPDATE SET holder = excluded.holder, refreshed_at = now()
                WHERE l.holder = excluded.holder OR l.refreshed_at < now() - CAST(? AS interval)
            """;

    private static final String REFRESH = """
            UPDATE textonce.file_locks SET refreshed_at = now() WHERE path = ? AND holder = ?
            """;

    private static final String RELEASE = """
            DELETE FROM textonce.file_locks WHERE path = ? AND holder = ?
            """;

    private final JdbcTemplate jdbc;
    private final Duration maxAge;
    private final UUID holder = UUID.randomUUID();
    private final Set<String> held = ConcurrentHashMap.newKeySet();
    private @Nullable ScheduledExecutorService refresher;

    @Autowired
    FileLocks(JdbcTemplate jdbc, TextOnceProperties settings) {
        this(jdbc, settings.file().lockMaxAge());
    }

    /** @param maxAge how long after its last refreshment a lock is void */
    public FileLocks(JdbcTemplate jdbc, Duration maxAge) {
        this.jdbc = jdbc;
        this.maxAge = maxAge;
    }

    @Override
    protected void doStart() {
        long interval = maxAge.toMillis() / 3;
        refresher = Executors.newSingleThreadScheduledExecutor(new CustomizableThreadFactory("file-locks-"));
        refresher.scheduleWithFixedDelay(this::refresh, interval, interval, TimeUnit.MILLISECONDS);
    }

    @Override
    protected void doStop() {
        if (refresher != null) {
            refresher.shutdownNow();
        }
    }

    /** @throws DataAccessException when the database doesn't answer; the file is left alone then */
    @Override
    public boolean add(String path) {
        boolean taken = jdbc.update(TAKE, path, holder, maxAge.toString()) == 1;
        if (taken) {
            held.add(path);
        }
        return taken;
    }

    /** Returns whether this instance still holds the lock: another may have taken over while it was suspended. */
    @Override
    public boolean contains(String path) {
        return jdbc.update(REFRESH, path, holder) == 1;
    }

    /** Releases the lock; without the database it expires by itself. */
    @Override
    public boolean remove(String path) {
        held.remove(path);
        try {
            return jdbc.update(RELEASE, path, holder) == 1;
        } catch (DataAccessException e) {
            LOG.debug("The lock of a file could not be released; it expires by itself", e);
            return false;
        }
    }

    @Override
    public boolean confirm(String path) {
        return true;
    }

    @Override
    public void clear() {
        throw new UnsupportedOperationException("locks of other instances can't be removed");
    }

    void refresh() {
        try {
            for (String path : held) {
                contains(path);
            }
        } catch (DataAccessException e) {
            LOG.warn(
                    "The locks of {} files could not be refreshed: {}",
                    held.size(),
                    e.getClass().getSimpleName());
        }
    }
}
