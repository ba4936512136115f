/**
 * Retention and data erasure: numbers and texts are cleared after a while, deliveries after a longer one, a person's
 * data on request.
 */
@NullMarked
package io.textonce.retention;

import org.jspecify.annotations.NullMarked;
