/** Intakes: how events come in over HTTP and from a queue. An intake knows nothing of any event. */
@NullMarked
package io.textonce.intake;

import org.jspecify.annotations.NullMarked;
