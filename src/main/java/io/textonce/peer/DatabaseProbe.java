package io.textonce.peer;

import java.sql.SQLTransientConnectionException;
import javax.sql.DataSource;
import org.springframework.stereotype.Component;

/** Probe of the database, since an idle instance calls it rarely; the pool reports the outcome. */
@Component
final class DatabaseProbe {

    private static final int TIMEOUT_SECONDS = 2;

    DatabaseProbe(PeerMonitor peers, DataSource dataSource) {
        peers.probe(peers.database(), () -> {
            try (var connection = dataSource.getConnection()) {
                if (!connection.isValid(TIMEOUT_SECONDS)) {
                    peers.database().failed("No response within " + TIMEOUT_SECONDS + " s");
                }
            } catch (SQLTransientConnectionException e) {
                // Reported by the pool, unless it is exhausted.
            }
        });
    }
}
