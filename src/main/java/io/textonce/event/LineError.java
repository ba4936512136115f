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

    /** Returns the line of a position in a text, counted from 1. */
    public static int lineAt(String text, int position) {
        return 1
                + Math.toIntExact(text.chars()
                        .limit(position)
                        .filter(character -> character == '\n')
                        .count());
    }

    public int line() {
        return line;
    }
}
