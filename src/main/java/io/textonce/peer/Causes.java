package io.textonce.peer;

import org.apache.camel.util.ObjectHelper;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;

/** Chain of causes of a failure. */
public final class Causes {

    private Causes() {}

    /**
     * Returns the failure of this type that caused another, or null. Camel's own search also finds suppressed ones, by
     * which Camel keeps the failures of earlier attempts and of other parts of an event.
     */
    public static <T> @Nullable T find(Class<T> type, @Nullable Throwable thrown) {
        for (Throwable cause : ObjectHelper.createExceptionIterable(thrown)) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
        }
        return null;
    }

    /** Returns a short description of a failure: its root cause, without a stack trace. */
    public static String of(Throwable thrown) {
        var root = NestedExceptionUtils.getMostSpecificCause(thrown);
        String message = root.getMessage();
        return message == null || message.isBlank()
                ? root.getClass().getSimpleName()
                : root.getClass().getSimpleName() + ": "
                        + message.lines().findFirst().orElse("");
    }
}
