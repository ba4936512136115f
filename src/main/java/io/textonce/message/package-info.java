/**
 * Outbound messages: the draft of an SMS, the policy of its event, templates by language, segments, quiet hours and
 * times of appointments.
 */
@NullMarked
package io.textonce.message;

import org.jspecify.annotations.NullMarked;
