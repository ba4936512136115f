package io.textonce.intake.file;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Identity of a file as it was read; it differs once the file is modified or replaced. */
record FileVersion(long size, FileTime modified, @Nullable Object key) {

    /** @throws NoSuchFileException when there is none */
    static FileVersion of(Path file) throws IOException {
        var attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return new FileVersion(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
    }

    /** Returns whether a file is this one, modified or not. */
    boolean isSameFile(FileVersion other) {
        return Objects.equals(key, other.key);
    }

    /**
     * Moves this file and no other: whatever has the name at that moment is moved, checked, and moved back if it is
     * another file. To check first and move then would move a file that arrived in between.
     *
     * @param target a free name
     * @return false when the name is another file's by now, which was left where it is
     */
    boolean move(Path file, Path target) throws IOException {
        try {
            Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            // Across file systems the moved file is a copy, so it can be checked only before.
            if (!equals(of(file))) {
                return false;
            }
            Files.move(file, target);
            return true;
        } catch (NoSuchFileException e) {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw e;
            }
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
