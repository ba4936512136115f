/**
 * Incident alerts: escalation from number to number, acknowledgement, and tiered rate limits during a storm. All
 * state is in the database, so a crash or a second instance changes nothing.
 */
@NullMarked
package io.textonce.incident;

import org.jspecify.annotations.NullMarked;
