/** Replacements of framework classes for speed. Each names what it patches, what that gains and when it can go. */
@NullMarked
package io.textonce.tuning;

import org.jspecify.annotations.NullMarked;
