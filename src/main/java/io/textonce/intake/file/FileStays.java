package io.textonce.intake.file;

/** A file that could not be read to its end for now, and stays in the inbox. It has no stack trace: it is no fault. */
final class FileStays extends RuntimeException {

    private static final long serialVersionUID = 1L;

    FileStays(String why) {
        super(why, null, false, false);
    }
}
