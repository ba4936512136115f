/** Hot reload of route files: the shipped ones, and the user's own beside them. */
@NullMarked
package io.textonce.hotload;

import org.jspecify.annotations.NullMarked;
