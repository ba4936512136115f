package io.textonce.settings;

import java.util.function.ToIntFunction;
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
        return run(
                settings -> {
                    LOG.info("The settings are valid");
                    return 0;
                },
                args);
    }

    /**
     * Runs a command that needs nothing but valid settings.
     *
     * @param command takes the settings and returns the exit code
     */
    public static int run(ToIntFunction<TextOnceProperties> command, String... args) {
        var application = new SpringApplicationBuilder(SettingsConfiguration.class)
                .web(WebApplicationType.NONE)
                .logStartupInfo(false);
        try (var context = application.run(args)) {
            return command.applyAsInt(context.getBean(TextOnceProperties.class));
        } catch (InvalidSettings e) {
            // Logged by its failure analyzer.
            return INVALID;
        }
    }
}
