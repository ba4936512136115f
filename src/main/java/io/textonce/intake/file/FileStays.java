package io.textonce.intake.file;

/**
 * Signal that a file could not be read to its end for now, and stays in the inbox. It has no stack trace, since it is
 * not an error.
 */
final class FileStays extends RuntimeException {

    private static final long serialVersionUID = 1L;

    FileStays(String why) {
        super(why, null, false, false);
    }
}
