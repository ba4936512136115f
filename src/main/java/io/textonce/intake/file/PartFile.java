package io.textonce.intake.file;

import io.textonce.privacy.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Unfinished output of one run through a file, under a name of its own: an instance that was suspended for longer than its
 * read lock neither writes into nor deletes what the next reader writes.
 *
 * @param start of the names of all runs through the file
 */
record PartFile(Path folder, String start, Path path) {

    private static final String END = ".part";

    /** @param kind of the output */
    static PartFile of(Path folder, String name, String kind) {
        // A file system has a limit for names, which the file's own may come close to.
        String start = "." + Sha256.hex(name).substring(0, 16) + "." + kind + ".";
        return new PartFile(folder, start, folder.resolve(start + UUID.randomUUID() + END));
    }

    /** Deletes what the runs left that were killed or have lost the read lock; only its holder may do so. */
    void deleteAll() throws IOException {
        if (!PlainFiles.isFolder(folder)) {
            return;
        }
        try (var parts = Files.newDirectoryStream(folder, start + "*" + END)) {
            for (Path part : parts) {
                Files.deleteIfExists(part);
            }
        }
    }
}
