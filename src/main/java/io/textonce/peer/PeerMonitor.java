package io.textonce.peer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Monitor of all peers. Most are known by the outcomes of the calls that are made anyway; a peer that may fail unnoticed
 * while nothing is to be done is probed in the background. Neither health nor a scrape waits for a peer.
 */
@Component("peersHealthIndicator")
public final class PeerMonitor implements HealthIndicator, MeterBinder, SmartInitializingSingleton, DisposableBean {

    /** Health status while a peer is unavailable; the instance still does what it can, so the HTTP status is 200. */
    static final String UNAVAILABLE = "PEER_UNAVAILABLE";

    public static final String DATABASE = "database";

    private final Clock clock;
    private final Map<String, Peer> peers = new ConcurrentSkipListMap<>();
    private final Probes probes;

    @Autowired
    public PeerMonitor(Clock clock) {
        this(clock, Duration.ofSeconds(5));
    }

    PeerMonitor(Clock clock, Duration probeInterval) {
        this.clock = clock;
        this.probes = new Probes(probeInterval);
        peer(
                DATABASE,
                "The database",
                "Callers get 503 and retry; messages stay on the queue, files in the inbox, held messages in the table.");
    }

    /**
     * Returns the peer of this name, new if there was none.
     *
     * @param name value of the tag {@code peer}
     * @param title as the subject of a sentence
     * @param consequence what waits while it is unavailable, as a sentence
     */
    public Peer peer(String name, String title, String consequence) {
        return peers.computeIfAbsent(name, key -> new Peer(name, title, consequence, clock));
    }

    public Peer database() {
        return peers.get(DATABASE);
    }

    /** Logs the ends of outages in the background: a peer that is called rarely may have no further call for hours. */
    @Override
    public void afterSingletonsInstantiated() {
        probes.repeat("peers", () -> peers.values().forEach(Peer::logEnd));
    }

    /** Returns false while the peer of this name is known to be unavailable. */
    public boolean isUp(String name) {
        var peer = peers.get(name);
        return peer == null || peer.isUp();
    }

    /** Probes a peer in the background, on a thread of its own. */
    public void probe(Peer peer, Probes.Probe probe) {
        probes.add(peer, probe);
    }

    @Override
    public Health health() {
        var words = new TreeMap<String, String>();
        peers.forEach((name, peer) -> words.put(name, peer.words()));
        boolean up = peers.values().stream().allMatch(Peer::isUp);
        return (up ? Health.up() : Health.status(UNAVAILABLE))
                .withDetails(words)
                .build();
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        peers.forEach((name, peer) -> Gauge.builder("textonce.peer.up", peer, Peer::value)
                .description("0 while the peer is unavailable, NaN if this instance has not called it lately")
                .tag("peer", name)
                .register(meters));
    }

    @Override
    public void destroy() {
        probes.close();
    }
}
