/**
 * Reconciliation of unknown outcomes. Nothing is resent before Twilio's own records show that it has no such
 * message: a signed callback correlates a message with its delivery, else Twilio's message list does, and only a
 * complete list that lacks the message for the whole reconciliation window proves it absent.
 */
@NullMarked
package io.textonce.reconcile;

import org.jspecify.annotations.NullMarked;
