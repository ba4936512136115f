package io.textonce.event;

/** Error of a file whose line is known. */
public final class LineError extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final int line;

    /** @param line counts from 1; 0 for the file as a whole */
    public LineError(int line, String reason) {
        super(reason);
        this.line = line;
    }

    public int line() {
        return line;
    }
}
