package io.textonce.intake;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * The folders of the file intake: {@code <inbox>/<event>/} to drop files into, and below it {@code done/} and
 * {@code failed/}. Only a file right in an event's folder has an event, so what was put away is never taken for new.
 */
public final class Inbox {

    private static final Pattern EVENT = Pattern.compile("[a-z][a-z0-9-]{0,59}");

    private final Path root;

    public Inbox(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /** @throws IllegalArgumentException when the file does not lie in the folder of an event */
    public String event(Path file) {
        Path folder = file.toAbsolutePath().normalize().getParent();
        if (folder == null || folder.getFileName() == null || !root.equals(folder.getParent())) {
            throw new IllegalArgumentException("The file must lie in a folder right below the inbox");
        }
        String event = folder.getFileName().toString();
        if (!EVENT.matcher(event).matches()) {
            throw new IllegalArgumentException("The folder's name must be an event's: " + EVENT);
        }
        return event;
    }

    /** A name under which the file can be moved to {@code done/} without overwriting another one. */
    public String doneName(Path file) {
        Path done = file.resolveSibling("done");
        String name = file.getFileName().toString();
        int copy = 1;
        while (Files.exists(done.resolve(numbered(name, copy)))) {
            copy++;
        }
        return numbered(name, copy);
    }

    /** The file's bad lines, to be gathered in {@code failed/}. */
    public FailedLines failedLines(Path file) {
        return new FailedLines(file, file.resolveSibling("failed"));
    }

    /** {@code orders.csv}, {@code orders-2.csv}, {@code orders-3.csv} … */
    static String numbered(String name, int copy) {
        String stem = stem(name);
        return copy == 1 ? name : stem + "-" + copy + name.substring(stem.length());
    }

    /** The name without its extension. */
    static String stem(String name) {
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
