/**
 * File intake. A dropped file is read record by record in constant memory; an unreadable record is rejected alone;
 * rejected records are written to a file that can be fixed and dropped again.
 */
@NullMarked
package io.textonce.intake.file;

import org.jspecify.annotations.NullMarked;
