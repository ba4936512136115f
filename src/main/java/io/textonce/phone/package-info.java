/**
 * Phone numbers: which ones can receive an SMS, their one spelling, their masked form, and the keyed hash by which
 * they are found without being stored. Depends on neither Camel, Spring nor Twilio.
 */
@NullMarked
package io.textonce.phone;

import org.jspecify.annotations.NullMarked;
