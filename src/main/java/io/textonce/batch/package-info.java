/**
 * What many threads want of the database at one moment goes there in one statement, and shares its commit. That is where
 * most of the cost of a text lies, so it is what makes a durable claim as cheap as none.
 */
@NullMarked
package io.textonce.batch;

import org.jspecify.annotations.NullMarked;
