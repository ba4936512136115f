/**
 * Inbound events: the name of an event, its payload, its CloudEvents binding, its idempotency key, and the typed
 * failures of an event that is rejected.
 */
@NullMarked
package io.textonce.event;

import org.jspecify.annotations.NullMarked;
