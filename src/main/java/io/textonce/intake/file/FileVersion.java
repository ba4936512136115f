package io.textonce.intake.file;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Identity of a file as it was read: it tells the file from one that was written on, or put in its place. */
record FileVersion(long size, FileTime modified, @Nullable Object key) {

    /** @throws NoSuchFileException when there is none */
    static FileVersion of(Path file) throws IOException {
        var attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new FileVersion(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
    }

    /** Whether a file is this very one, though it may have been written on. */
    boolean isSameFile(FileVersion other) {
        return Objects.equals(key, other.key);
    }

    /**
     * Moves the file away, and nothing else: whatever has the name at that moment is moved, looked at, and put back when
     * it is another file. To look first and to move then would move a file that came in between.
     *
     * @param target a free name
     * @return false when the name is another file's by now, which was left where it is
     */
    boolean move(Path file, Path target) throws IOException {
        try {
            Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            // Another file system: the copy there is another file, so it can only be looked at before.
            if (!equals(of(file))) {
                return false;
            }
            Files.move(file, target);
            return true;
        } catch (NoSuchFileException e) {
            // It was taken away when it had been read.
            return true;
        }
        if (equals(of(target))) {
            return true;
        }
        Inbox.place(target, file.getParent(), file.getFileName().toString());
        return false;
    }
}
