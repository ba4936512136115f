/** Settings: one record, validated as a whole before anything starts. */
@NullMarked
package io.textonce.settings;

import org.jspecify.annotations.NullMarked;
