/**
 * How events come in: over HTTP, from a queue, in files. An intake knows nothing of any event. A dropped file is read
 * record by record in constant memory; a record that cannot be read costs itself and not its neighbours; what was
 * refused is written to a file that can be mended and dropped again.
 */
@NullMarked
package io.textonce.intake;

import org.jspecify.annotations.NullMarked;
