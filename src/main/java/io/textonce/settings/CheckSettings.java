package io.textonce.settings;

import io.textonce.privacy.CommandConsole;
import java.util.function.ToIntFunction;

/**
 * Operator's command {@code check-settings}: checks the settings as a start does, and ends. It connects to nothing and
 * opens no port.
 */
public final class CheckSettings {

    public static final String COMMAND = "check-settings";

    private CheckSettings() {}

    /**
     * Prints all faults of the settings, without values.
     *
     * @return the exit code
     */
    public static int run(String... args) {
        return run(
                COMMAND,
                settings -> {
                    CommandConsole.result("The settings are valid");
                    return CommandConsole.OK;
                },
                args);
    }

    /**
     * Runs a command that needs nothing but valid settings.
     *
     * @param command takes the settings and returns the exit code
     */
    public static int run(String name, ToIntFunction<TextOnceProperties> command, String... args) {
        return OperatorCommand.run(
                name,
                SettingsConfiguration.class,
                context -> command.applyAsInt(context.getBean(TextOnceProperties.class)),
                args);
    }
}
