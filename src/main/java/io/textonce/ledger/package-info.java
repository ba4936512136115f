/**
 * Comparison of Twilio's message log with the deliveries, in both directions, and measurement of the lag of Twilio's
 * message list, on which reconciliation relies.
 */
@NullMarked
package io.textonce.ledger;

import org.jspecify.annotations.NullMarked;
