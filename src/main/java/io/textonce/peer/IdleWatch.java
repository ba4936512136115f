package io.textonce.peer;

import io.textonce.settings.TextOnceProperties;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;

/**
 * Watch of an idle instance: one statement for all kinds of work, at the full poll interval, so that whatever becomes due
 * is noticed as soon as by an active instance. It is a query of the tables themselves, so no notification can be lost, and
 * it needs no connection of its own.
 */
@Component
final class IdleWatch implements SmartInitializingSingleton, DisposableBean {

    private final JdbcTemplate jdbc;
    private final Activity activity;
    private final long intervalMillis;
    private final String isDue;
    private final Object[] parameters;
    private final ScheduledExecutorService polls =
            Executors.newSingleThreadScheduledExecutor(new CustomizableThreadFactory("idle-watch-"));

    @Autowired
    IdleWatch(JdbcTemplate jdbc, Activity activity, List<DueWork> work, TextOnceProperties settings) {
        this(jdbc, activity, work, settings.due().pollInterval().toMillis());
    }

    IdleWatch(JdbcTemplate jdbc, Activity activity, List<DueWork> work, long intervalMillis) {
        this.jdbc = jdbc;
        this.activity = activity;
        this.intervalMillis = intervalMillis;
        this.isDue = work.stream().map(DueWork::condition).collect(Collectors.joining(" OR ", "SELECT ", ""));
        this.parameters =
                work.stream().flatMap(kind -> Stream.of(kind.parameters())).toArray();
    }

    @Override
    public void afterSingletonsInstantiated() {
        polls.scheduleWithFixedDelay(this::poll, intervalMillis, intervalMillis, TimeUnit.MILLISECONDS);
    }

    void poll() {
        if (activity.isRecent()) {
            return;
        }
        try {
            if (Boolean.TRUE.equals(jdbc.queryForObject(isDue, Boolean.class, parameters))) {
                activity.mark();
            }
        } catch (DataAccessException e) {
            // The monitor of peers reports the outage.
        }
    }

    @Override
    public void destroy() {
        polls.shutdownNow();
    }
}
