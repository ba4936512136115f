package io.textonce.intake.file;

import io.textonce.event.EventName;
import io.textonce.settings.TextOnceProperties;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Folders of the file intake: {@code <inbox>/<event>/} for new files, and below it {@code done/} and {@code failed/}.
 * Only a file directly in an event's folder has an event, so a processed file is never read as new.
 */
@Component
public final class Inbox {

    /** Limit of file systems, in bytes. */
    private static final int LONGEST_NAME = 255;

    private final Path root;

    @Autowired
    Inbox(TextOnceProperties settings) {
        this(settings.inbox());
    }

    public Inbox(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    Path root() {
        return root;
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

    /** Returns the depth of a file or folder below the inbox: 1 directly in the inbox. */
    int depth(Path path) {
        return root.relativize(path.toAbsolutePath().normalize()).getNameCount();
    }

    /** Returns a free name in {@code done/}. */
    Path done(Path file) {
        Path done = file.resolveSibling("done");
        String name = file.getFileName().toString();
        int copy = 1;
        while (Files.exists(done.resolve(numbered(name, copy)))) {
            copy++;
        }
        return done.resolve(numbered(name, copy));
    }

    /** Returns the result file of a file, in {@code done/}. */
    ResultFile results(Path file) {
        return new ResultFile(file.resolveSibling("done"), file.getFileName().toString());
    }

    /** Returns the reject file of a file, in {@code failed/}. */
    public RejectFile failedLines(Path file) {
        return new RejectFile(file, file.resolveSibling("failed"));
    }

    /** Returns the file of this name in an event's {@code failed/}. */
    Path failed(String event, String name) {
        return root.resolve(event).resolve("failed").resolve(name);
    }

    /** Returns the reject files of all events, the newest first. */
    List<Path> rejectFiles() throws IOException {
        var files = new ArrayList<Path>();
        for (Path folder : folders()) {
            moved(folder, "failed").stream()
                    .filter(PlainFiles::isFile)
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .forEach(files::add);
        }
        files.sort(Comparator.comparingLong((Path file) -> file.toFile().lastModified())
                .reversed());
        return files;
    }

    /** Returns all files in {@code done/} and {@code failed/} of all events, also what a crash left there. */
    List<Path> readFiles() throws IOException {
        var files = new ArrayList<Path>();
        for (Path folder : folders()) {
            files.addAll(moved(folder, "done"));
            files.addAll(moved(folder, "failed"));
        }
        return files;
    }

    /** @throws NoSuchFileException if the inbox is not there, such as a volume that is not mounted */
    void require() throws IOException {
        if (!Files.isDirectory(root)) {
            throw new NoSuchFileException(root.toString());
        }
    }

    /** Returns all folders in which files are read: one whose name is no event's has rejected files. */
    private List<Path> folders() throws IOException {
        return children(root).stream()
                .filter(folder -> !folder.getFileName().toString().startsWith("."))
                .toList();
    }

    List<Path> events() throws IOException {
        return children(root).stream()
                .filter(folder -> EventName.isValid(folder.getFileName().toString()))
                .toList();
    }

    /** Returns what is in {@code done/} or {@code failed/} of an event, unless that is a link to a folder elsewhere. */
    private static List<Path> moved(Path event, String folder) throws IOException {
        Path moved = event.resolve(folder);
        return PlainFiles.isFolder(moved) ? children(moved) : List.of();
    }

    /** Returns whether a processed file would leave the inbox, since {@code done} or {@code failed} beside it is a link. */
    static boolean leadsElsewhere(Path file) {
        return Files.isSymbolicLink(file.resolveSibling("done")) || Files.isSymbolicLink(file.resolveSibling("failed"));
    }

    private static List<Path> children(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.toList();
        }
    }

    /** Moves a file into a folder, under the first free name. */
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
        return copy == 1 ? name : named(stem, "-" + copy + name.substring(stem.length()));
    }

    /** Returns a name with this end, of which the beginning is as long as a file system allows. */
    static String named(String stem, String end) {
        return shortened(stem, LONGEST_NAME - bytes(end)) + end;
    }

    /** Returns the beginning of a name, without a part of a character. */
    static String shortened(String name, int mostBytes) {
        String shorter = name;
        while (bytes(shorter) > mostBytes && !shorter.isEmpty()) {
            shorter = shorter.substring(0, shorter.offsetByCodePoints(shorter.length(), -1));
        }
        return shorter;
    }

    private static int bytes(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Returns the name without its extension. */
    static String stem(String name) {
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
