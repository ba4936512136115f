package io.textonce.intake.file;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The records of one file in one format. */
interface Records {

    /** The next record, or null at the end. Nothing follows a record that is the problem of the whole file. */
    @Nullable
    EventLine next() throws IOException;

    /** How many rows were passed over because they hold nothing. */
    default long emptyRows() {
        return 0;
    }
}
