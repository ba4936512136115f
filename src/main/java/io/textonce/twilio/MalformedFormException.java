package io.textonce.twilio;

/** A body that is no readable form. The message says where and why, and never repeats what was sent. */
public final class MalformedFormException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    MalformedFormException(String message) {
        super(message);
    }
}
