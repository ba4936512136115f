/** The files of the routes: the shipped ones, and the integrator's own beside them, loaded again when they change. */
@NullMarked
package io.textonce.bundle;

import org.jspecify.annotations.NullMarked;
