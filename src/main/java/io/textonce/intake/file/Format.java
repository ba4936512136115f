package io.textonce.intake.file;

import java.util.Locale;

/** Format of a file, by its extension in any case. */
enum Format {
    JSON,
    JSON_LINES,
    CSV,
    UNKNOWN;

    static Format of(String fileName) {
        return switch (fileName.substring(Math.max(0, fileName.lastIndexOf('.')))
                .toLowerCase(Locale.ROOT)) {
            case ".json" -> JSON;
            case ".jsonl", ".ndjson" -> JSON_LINES;
            case ".csv" -> CSV;
            default -> UNKNOWN;
        };
    }
}
