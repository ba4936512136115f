/** Camel's own view, on the management port: the routes, what is under way in them, and the intakes' switches. */
@NullMarked
package io.textonce.view;

import org.jspecify.annotations.NullMarked;
