/**
 * Phone numbers: which ones may be texted, how they look in a log or on a page, and how they are found again without
 * being kept. Knows nothing of Camel, Spring or Twilio.
 */
@NullMarked
package io.textonce.phone;

import org.jspecify.annotations.NullMarked;
