package io.textonce.settings;

import io.textonce.privacy.CommandConsole;
import java.sql.SQLException;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContext;

/** Template of an operator's command: a small application without log, whose failures are lines and exit codes. */
public final class OperatorCommand {

    private OperatorCommand() {}

    /**
     * Runs a command without operands.
     *
     * @param configuration the beans that it needs
     * @param command returns the exit code
     */
    public static int run(
            String name, Class<?> configuration, ToIntFunction<ApplicationContext> command, String... args) {
        var operands = operands(name, args);
        if (!operands.isEmpty()) {
            CommandConsole.problem(name + " takes no operand, and has " + String.join(" ", operands));
            return CommandConsole.USAGE;
        }
        return start(name, configuration, command, args);
    }

    /** Runs a command whose operands are valid. */
    public static int start(
            String name, Class<?> configuration, ToIntFunction<ApplicationContext> command, String... args) {
        CommandConsole.silenceLog();
        var application = new SpringApplicationBuilder(configuration)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .initializers(context -> CommandConsole.silenceLog());
        try (var context = application.run(args)) {
            return command.applyAsInt(context);
        } catch (InvalidSettings e) {
            e.faults().forEach(CommandConsole::problem);
            return CommandConsole.USAGE;
        } catch (RuntimeException e) {
            CommandConsole.problem(name + " failed: " + reason(e));
            return CommandConsole.FINDINGS;
        } finally {
            CommandConsole.unsilenceLog();
        }
    }

    /** Returns what went wrong; the driver of the database names its address, and the cause below it does not. */
    private static @Nullable String reason(Throwable failure) {
        var cause = failure.getCause();
        return cause == null || failure instanceof SQLException ? failure.getMessage() : reason(cause);
    }

    /** Returns the words that are neither the command nor options. */
    public static List<String> operands(String name, String... args) {
        return Stream.of(args)
                .filter(word -> !word.equals(name) && !word.startsWith("-"))
                .toList();
    }
}
