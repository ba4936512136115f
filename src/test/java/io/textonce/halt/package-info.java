/**
 * A hook that ends the process at a named step, for the proof that nothing is lost or doubled then. It is put on the
 * class path of a packaged application by the tests only.
 */
@NullMarked
package io.textonce.halt;

import org.jspecify.annotations.NullMarked;
