package io.textonce.privacy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/**
 * Console of a command: plain lines, masked as those of the log are, and nothing that is logged. Results are on standard
 * output; problems, for which the command could not do its work, are on standard error.
 */
public final class CommandConsole {

    /** Exit code of a command without findings. */
    public static final int OK = 0;

    /** Exit code of a command that has findings, or that failed. */
    public static final int FINDINGS = 1;

    /** Exit code of a wrong call, or of invalid settings. */
    public static final int USAGE = 2;

    private static final Silence SILENCE = new Silence();

    private CommandConsole() {}

    public static void result(String line) {
        System.out.println(PersonalDataMask.mask(line));
    }

    public static void problem(String line) {
        System.err.println(PersonalDataMask.mask(line));
    }

    /** Returns whether a call requests the list of commands, which is then its result. */
    public static boolean isHelp(String... args) {
        return List.of("--help", "-h", "help").contains(args.length == 0 ? "" : args[0])
                || List.of(args).contains("--help");
    }

    /** Returns whether a call requests the version, which is then its result. */
    public static boolean isVersion(String... args) {
        return List.of("--version", "-V", "version").contains(args.length == 0 ? "" : args[0]);
    }

    /** Returns the version of a jar; the launcher of the sandbox hands over that of its own. */
    public static String version(Class<?> main) {
        String version = System.getProperty("sandbox.version", main.getPackage().getImplementationVersion());
        return "TextOnce " + (version == null ? "of a checkout" : version);
    }

    /**
     * Returns the first word that is neither a command nor a setting, or null. Settings are written as {@code
     * --server.port=3000}; of Spring Boot's options without a value a start has {@code --debug} and {@code --trace}.
     */
    public static @Nullable String unknown(List<String> args) {
        return args.stream()
                .filter(word -> !word.matches("--[A-Za-z][^=]*=.*|--debug|--trace"))
                .findFirst()
                .orElse(null);
    }

    /** Writes that a call is wrong, and what there is; returns the exit code. */
    public static int wrongCall(String problem, String help) {
        problem(problem);
        problem("");
        problem(help.strip());
        return USAGE;
    }

    /** Silences all loggers, until they are configured again: Spring Boot does so early in its start. */
    public static void silenceLog() {
        unsilenceLog();
        log().getTurboFilterList().add(0, SILENCE);
    }

    public static void unsilenceLog() {
        log().getTurboFilterList().remove(SILENCE);
    }

    private static LoggerContext log() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }

    private static final class Silence extends TurboFilter {

        @Override
        public FilterReply decide(
                @Nullable Marker marker,
                Logger logger,
                Level level,
                @Nullable String format,
                Object @Nullable [] params,
                @Nullable Throwable thrown) {
            return FilterReply.DENY;
        }
    }
}
