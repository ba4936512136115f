package io.textonce.lint;

/** One file breaks one rule. */
public record Violation(String file, String words) {

    Violation(RouteFile file, String words) {
        this(file.path(), words);
    }

    @Override
    public String toString() {
        return "routes/" + file + ": " + words;
    }
}
