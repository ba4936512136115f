/** Validation of an event: its schema, which follows its file, and the names of its fields. */
@NullMarked
package io.textonce.event;

import org.jspecify.annotations.NullMarked;
