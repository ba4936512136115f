package io.textonce.peer;

import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.stereotype.Component;

/** Health of the database alone, for readiness: without it an instance can accept nothing. */
@Component("database")
final class DatabaseHealth implements HealthIndicator {

    private final Peer database;

    DatabaseHealth(PeerMonitor peers) {
        this.database = peers.database();
    }

    @Override
    public Health health() {
        return (database.isUp() ? Health.up() : Health.down())
                .withDetail("state", database.words())
                .build();
    }
}
