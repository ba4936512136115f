/**
 * Twilio's API: a client that makes exactly one POST of a create, the meaning of each answer and error code,
 * signatures, webhooks, and the circuit breaker of the account. What decides (codes, forms, signatures) is plain
 * Java, so that it can be tested without a running application.
 */
@NullMarked
package io.textonce.twilio;

import org.jspecify.annotations.NullMarked;
