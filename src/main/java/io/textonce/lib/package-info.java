/** Libraries: those in the jar, those that users add in the folder {@code lib}, and the command that adds them. */
@NullMarked
package io.textonce.lib;

import org.jspecify.annotations.NullMarked;
