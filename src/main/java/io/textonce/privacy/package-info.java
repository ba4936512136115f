/**
 * Keeps private data out of the log: one mask in the logging layer, through which every finished line passes, and a
 * filter for loggers that print raw payloads. Also bounds the volume of the log while a peer is unavailable.
 */
@NullMarked
package io.textonce.privacy;

import org.jspecify.annotations.NullMarked;
