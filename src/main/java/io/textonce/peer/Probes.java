package io.textonce.peer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/** Background probes of peers, each on a thread of its own, so that one that hangs delays no other. */
public final class Probes implements AutoCloseable {

    private final List<ScheduledExecutorService> threads = new ArrayList<>();

    private final long intervalMillis;

    Probes(Duration interval) {
        this.intervalMillis = interval.toMillis();
    }

    synchronized void add(Peer peer, Probe probe) {
        var thread = Executors.newScheduledThreadPool(2, daemon(peer.name()));
        var running = new Running(peer, probe);
        thread.scheduleWithFixedDelay(running::run, 0, intervalMillis, TimeUnit.MILLISECONDS);
        thread.scheduleWithFixedDelay(running::watch, intervalMillis, intervalMillis, TimeUnit.MILLISECONDS);
        threads.add(thread);
    }

    /** Repeats a task that calls no peer. */
    synchronized void repeat(String name, Runnable task) {
        var thread = Executors.newSingleThreadScheduledExecutor(daemon(name));
        thread.scheduleWithFixedDelay(task, intervalMillis, intervalMillis, TimeUnit.MILLISECONDS);
        threads.add(thread);
    }

    private static CustomizableThreadFactory daemon(String peer) {
        var factory = new CustomizableThreadFactory("probe-" + peer + "-");
        factory.setDaemon(true);
        return factory;
    }

    @Override
    public synchronized void close() {
        threads.forEach(ScheduledExecutorService::shutdownNow);
    }

    /** Call that reports its success to the peer, and throws an exception while the peer is unavailable. */
    @FunctionalInterface
    public interface Probe {

        void call() throws Exception;
    }

    /** One probe and how long its current call takes. */
    private final class Running {

        private final Peer peer;
        private final Probe probe;
        private volatile long calledAt;
        private volatile boolean calling;

        private Running(Peer peer, Probe probe) {
            this.peer = peer;
            this.probe = probe;
        }

        void run() {
            calledAt = System.nanoTime();
            calling = true;
            try {
                probe.call();
            } catch (Exception e) {
                peer.failed(Causes.of(e));
            } finally {
                calling = false;
            }
        }

        void watch() {
            if (calling && System.nanoTime() - calledAt > TimeUnit.MILLISECONDS.toNanos(intervalMillis)) {
                peer.failed("No response for " + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - calledAt) + " s");
            }
        }
    }
}
