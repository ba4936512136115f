/**
 * One-time codes by Twilio Verify, which creates, sends and checks them, so that no code is ever stored here. Ours
 * are the limits and the publication of approved numbers.
 */
@NullMarked
package io.textonce.verify;

import org.jspecify.annotations.NullMarked;
