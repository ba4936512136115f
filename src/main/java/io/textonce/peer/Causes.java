package io.textonce.peer;

import org.springframework.core.NestedExceptionUtils;

/** Short description of a failure: its root cause, without a stack trace. */
public final class Causes {

    private Causes() {}

    public static String of(Throwable thrown) {
        var root = NestedExceptionUtils.getMostSpecificCause(thrown);
        String message = root.getMessage();
        return message == null || message.isBlank()
                ? root.getClass().getSimpleName()
                : root.getClass().getSimpleName() + ": "
                        + message.lines().findFirst().orElse("");
    }
}
