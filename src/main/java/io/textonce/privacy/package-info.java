/**
 * Keeps private data out of the log: one mask in the logging layer, through which every finished line goes, and a filter
 * for the loggers that print raw payloads. What is not logged on purpose needs no discipline elsewhere.
 */
@NullMarked
package io.textonce.privacy;

import org.jspecify.annotations.NullMarked;
