package io.textonce.hotload;

import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Check of the variables in a template. They are set by TextOnce, or by a route or a kamelet of the user that names them;
 * what a step of code sets can't be known.
 */
final class TemplateVariables {

    private static final Pattern VARIABLE = Pattern.compile("variables\\.([^.]+)(.*)");

    private static final Set<String> OF_EVERY_EVENT =
            Set.of("client", "event", "eventFields", "line", "received", "reference", "source");

    private static final Set<String> OF_AN_APPOINTMENT = Set.of("appointment", "expiresAt", "sendAt");

    /** Steps and expressions of code. */
    private static final Set<String> CODE =
            Set.of("bean", "beanType", "exchange", "groovy", "method", "process", "script", "setVariable(");

    private final Predicate<String> isInUserFiles;

    /** @param isInUserFiles whether a route or a kamelet of the user, loaded or not, has a word */
    TemplateVariables(Predicate<String> isInUserFiles) {
        this.isInUserFiles = isInUserFiles;
    }

    /**
     * Returns why a name such as {@code variables.appointment.de.date} has no value, or null.
     *
     * @param hasAppointment whether the route computes the time of an appointment
     */
    @Nullable
    String problem(String name, boolean hasAppointment) {
        var variable = VARIABLE.matcher(name);
        if (!variable.matches()) {
            return null;
        }
        String first = variable.group(1);
        if (OF_AN_APPOINTMENT.contains(first) && hasAppointment) {
            return first.equals("appointment") && !variable.group(2).matches("\\.[^.]+\\.(date|time)")
                    ? "an appointment has a date and a time by language, such as {{variables.appointment.en.date}}"
                    : null;
        }
        boolean isKnown = OF_EVERY_EVENT.contains(first)
                || isInUserFiles.test(first)
                || CODE.stream().anyMatch(isInUserFiles);
        return isKnown ? null : "no step sets the variable " + first;
    }
}
