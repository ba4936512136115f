package io.textonce.settings;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;

/**
 * Operator's command {@code check-settings}: checks the settings as a start does, and ends. It connects to nothing and
 * opens no port.
 */
public final class CheckSettings {

    public static final String COMMAND = "check-settings";

    private static final Logger LOG = LoggerFactory.getLogger(CheckSettings.class);

    private static final int INVALID = 2;

    private CheckSettings() {}

    /**
     * Logs all faults of the settings, without values.
     *
     * @return the exit code
     */
    public static int run(String... args) {
        var application = new SpringApplicationBuilder(SettingsConfiguration.class)
                .web(WebApplicationType.NONE)
                .logStartupInfo(false);
        try {
            application.run(args).close();
            LOG.info("The settings are valid");
            return 0;
        } catch (InvalidSettings e) {
            // Logged by its failure analyzer.
            return INVALID;
        }
    }
}
