package io.textonce.intake;

import io.textonce.settings.EventName;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folders of the file intake: {@code <inbox>/<event>/} to drop files into, and below it {@code done/} and
 * {@code failed/}. Only a file right in an event's folder has an event, so what was put away is never taken for new.
 */
public final class Inbox {

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
        if (!EventName.isValid(event)) {
            throw new IllegalArgumentException("The folder's name must be an event's: " + EventName.PATTERN);
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
