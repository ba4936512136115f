package io.textonce.sandbox;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * TextOnce without its peers, and with no route started: the files are loaded as in production, and nothing is read from
 * their sources.
 */
final class OfflineApplication {

    private OfflineApplication() {}

    static ConfigurableApplicationContext start(Path folder) {
        Map<String, String> settings = new HashMap<>();
        settings.put("SPRING_DATASOURCE_URL", "jdbc:postgresql://127.0.0.1:1/none");
        settings.put("SPRING_DATASOURCE_USERNAME", "none");
        settings.put("SPRING_DATASOURCE_PASSWORD", "none");
        settings.put("SPRING_FLYWAY_ENABLED", "false");
        settings.put("SPRING_DATASOURCE_HIKARI_INITIALIZATIONFAILTIMEOUT", "-1");
        settings.put("SPRING_DATASOURCE_HIKARI_CONNECTIONTIMEOUT", "250");
        settings.put("SPRING_DATASOURCE_HIKARI_MAXIMUMPOOLSIZE", "1");
        settings.put("SPRING_ARTEMIS_BROKER_URL", "tcp://127.0.0.1:1");
        settings.put("TWILIO_BASE_URL", "http://127.0.0.1:1");
        settings.put("TWILIO_ACCOUNT_SID", Peers.ACCOUNT_SID);
        settings.put("TWILIO_AUTH_TOKEN", Peers.AUTH_TOKEN);
        settings.put("TWILIO_FROM_NUMBER", Peers.FROM_NUMBER);
        settings.put("TWILIO_VERIFY_SERVICE_SID", Peers.VERIFY_SERVICE_SID);
        settings.put("TEXTONCE_HASH_KEY", "offline-hash-key-0123456789abcdef");
        settings.put("CAMEL_MAIN_AUTOSTARTUP", "false");
        return SandboxApplication.startForCommand(folder, () -> settings);
    }
}
