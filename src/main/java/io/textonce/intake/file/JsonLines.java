package io.textonce.intake.file;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reader of one object per line. Blank lines and lines that begin with {@code #} are skipped. */
final class JsonLines implements Records {

    private final Lines lines;

    JsonLines(Lines lines) {
        this.lines = lines;
    }

    @Override
    public @Nullable EventLine next() throws IOException {
        for (var line = lines.next(); line != null; line = lines.next()) {
            if (line.startsWith('#')) {
                continue;
            }
            if (line.tooLong()) {
                return EventLine.tooLong(line.number());
            }
            if (!line.isBlank()) {
                return StrictJson.read(line.number(), line.withoutCarriageReturn());
            }
        }
        return null;
    }
}
