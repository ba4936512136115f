/** Cases of events and routes, as {@code given / when / then} files, and the command that runs them. */
@NullMarked
package io.textonce.cases;

import org.jspecify.annotations.NullMarked;
