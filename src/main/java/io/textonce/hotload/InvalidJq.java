package io.textonce.hotload;

/** Error of a jq query, in a route file or in a file of its own. */
final class InvalidJq extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String file;
    private final String query;
    private final int line;

    /**
     * @param file such as {@code mappings/order.jq}, or empty
     * @param line within the query, counted from 1
     */
    InvalidJq(String file, String query, int line, String reason) {
        super(reason);
        this.file = file;
        this.query = query;
        this.line = line;
    }

    String file() {
        return file;
    }

    String query() {
        return query;
    }

    int line() {
        return line;
    }
}
