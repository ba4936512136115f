package io.textonce.intake.file;

import io.textonce.event.EventName;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
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

    /** How many folders below the inbox a file or a folder lies, itself included: 1 right in the inbox. */
    int depth(Path path) {
        return root.relativize(path.toAbsolutePath().normalize()).getNameCount();
    }

    /** A name in {@code done/} that no other file has. */
    Path done(Path file) {
        Path done = file.resolveSibling("done");
        String name = file.getFileName().toString();
        int copy = 1;
        while (Files.exists(done.resolve(numbered(name, copy)))) {
            copy++;
        }
        return done.resolve(numbered(name, copy));
    }

    /** The file's bad lines, to be gathered in {@code failed/}. */
    public RejectFile failedLines(Path file) {
        return new RejectFile(file, file.resolveSibling("failed"));
    }

    /** Moves a file into a folder, under the first name that no other file has. */
    static Path place(Path file, Path folder, String name) throws IOException {
        for (int copy = 1; ; copy++) {
            Path target = folder.resolve(numbered(name, copy));
            try {
                link(file, target);
                return target;
            } catch (FileAlreadyExistsException e) {
                // An earlier file's: take the next name.
            }
        }
    }

    private static void link(Path file, Path target) throws IOException {
        try {
            // A rename would silently replace a file that another process puts there at this moment.
            Files.createLink(target, file);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException | UnsupportedOperationException e) {
            // Some network and container file systems have no links.
            Files.move(file, target);
            return;
        }
        Files.delete(file);
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
