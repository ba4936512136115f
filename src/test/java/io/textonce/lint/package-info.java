/**
 * The rules of the files in {@code routes/}. A rule looks at the whole bundle as text, starts nothing, and says every
 * violation by file and in words, so that the author of a route can mend it without reading Java.
 */
@NullMarked
package io.textonce.lint;

import org.jspecify.annotations.NullMarked;
