/**
 * The claim on an event's one text and what became of it. The table {@code textonce.deliveries} is the idempotent
 * repository: a committed row comes before every call of Twilio.
 */
@NullMarked
package io.textonce.delivery;

import org.jspecify.annotations.NullMarked;
