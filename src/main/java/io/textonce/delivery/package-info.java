/**
 * The state machine of a delivery and the only writer of {@code textonce.deliveries}. The table is the idempotent
 * repository: a committed claim precedes every call of Twilio. Statements of many threads share one execution and
 * one commit.
 */
@NullMarked
package io.textonce.delivery;

import org.jspecify.annotations.NullMarked;
