package io.textonce.hotload;

/** Error of a file whose line is known. */
final class LineError extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final int line;

    LineError(int line, String reason) {
        super(reason);
        this.line = line;
    }

    int line() {
        return line;
    }
}
