package io.textonce.twilio;

/** Error of a body that is not a valid form. The message has the kind and position, and never repeats the content. */
public final class MalformedFormException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    MalformedFormException(String message) {
        super(message);
    }
}
