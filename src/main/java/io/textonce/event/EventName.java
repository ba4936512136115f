package io.textonce.event;

import java.util.regex.Pattern;

/**
 * Rules for the name of an event. The name is part of a route id, of a path and of a folder, so no other character is
 * allowed.
 */
public final class EventName {

    /** Lower-case letters, digits and hyphens, 60 at most, a letter first. */
    public static final String PATTERN = "[a-z][a-z0-9-]{0,59}";

    private static final Pattern NAME = Pattern.compile(PATTERN);

    private EventName() {}

    public static boolean isValid(String name) {
        return NAME.matcher(name).matches();
    }
}
