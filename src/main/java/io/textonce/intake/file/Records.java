package io.textonce.intake.file;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Source of the records of one file in one format. */
interface Records {

    /** Returns the next record, or null at the end. No record follows one that is the problem of the whole file. */
    @Nullable
    EventLine next() throws IOException;

    /** Returns the number of empty rows skipped. */
    default long emptyRows() {
        return 0;
    }
}
