package io.textonce.privacy;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.slf4j.helpers.MessageFormatter;

/**
 * Neutralization of control characters in the parameters of a log line (CWE-117). Names of files and responses of peers are chosen
 * by others: with a line break in one they would write a line of their own, with an escape sequence to the terminal.
 */
final class OneLine {

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\u2028\\u2029&&[^\t]]+");

    private OneLine() {}

    /** Returns the event, with blanks for the control characters of its parameters. */
    static ILoggingEvent of(ILoggingEvent event) {
        var parameters = event.getArgumentArray();
        if (parameters == null || !CONTROL.matcher(event.getFormattedMessage()).find()) {
            return event;
        }
        var plain = Arrays.stream(parameters)
                .map(parameter -> parameter instanceof Throwable ? parameter : of(text(parameter)))
                .toArray();
        return new Reworded(
                event, MessageFormatter.arrayFormat(event.getMessage(), plain).getMessage(), event.getThrowableProxy());
    }

    static String of(String text) {
        return CONTROL.matcher(text).replaceAll(" ");
    }

    /** Returns a parameter as it is formatted. */
    private static String text(Object parameter) {
        return MessageFormatter.format("{}", parameter).getMessage();
    }
}
