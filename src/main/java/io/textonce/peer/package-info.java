/**
 * Knows which peers are unavailable: the database, the broker, Twilio, the inbox, the token issuer and the webhooks of clients.
 * Each is logged once when it is unavailable and once when it is available again, and is part of health and metrics.
 */
@NullMarked
package io.textonce.peer;

import org.jspecify.annotations.NullMarked;
