package io.textonce.proof;

import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.Peers;

/** TextOnce with time limits short enough for a test, each in the same relation to the others as in production. */
final class ImpatientApp {

    private ImpatientApp() {}

    /** One that is not started yet; Twilio's callbacks go to it. */
    static AppProcess of(Peers peers) {
        var instance = AppProcess.of(peers)
                .with("TEXTONCE_LEASE", "6s")
                .with("TEXTONCE_UNKNOWN_FIRST_CHECK", "300ms")
                .with("TEXTONCE_UNKNOWN_WINDOW", "4s")
                .with("TEXTONCE_UNKNOWN_LIST_LAG", "0s")
                .with("TEXTONCE_DUE_POLL_INTERVAL", "200ms")
                .with("TEXTONCE_TWILIO_READ_TIMEOUT", "3s")
                .with("TEXTONCE_TWILIO_CONNECT_TIMEOUT", "500ms")
                .with("TEXTONCE_TWILIO_POOL_TIMEOUT", "500ms")
                .with("TEXTONCE_TWILIO_HOLD_DELAY", "500ms")
                .with("TEXTONCE_TWILIO_RETRY_DELAY", "50ms")
                .with("TEXTONCE_FILE_LOCK_MAX_AGE", "3s")
                .with("TEXTONCE_FILE_QUIET_TIME", "200ms")
                .with("TEXTONCE_FILE_PARALLEL", "8")
                .with("TEXTONCE_STATUS_TIMEOUT", "1s")
                .jvm("-Xmx512m")
                .extracted();
        peers.statusEnvironment().forEach(instance::with);
        peers.twilio().callbackTarget(instance.hostAndPort());
        return instance;
    }
}
