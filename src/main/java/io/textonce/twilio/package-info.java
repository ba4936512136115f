/**
 * What Twilio's API asks of its callers: one POST a create, what each answer and error code means for the text, and the
 * proof that a webhook is Twilio's. The parts that decide (codes, forms, signatures) are plain Java, so that they can
 * be tested without a running application.
 */
@NullMarked
package io.textonce.twilio;

import org.jspecify.annotations.NullMarked;
