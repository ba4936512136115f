/** The HTTP edge: who is let in, how much at once, and what is answered. */
@NullMarked
package io.textonce.http;

import org.jspecify.annotations.NullMarked;
