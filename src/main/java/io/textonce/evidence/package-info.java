/**
 * What became of a text whose answer was lost. Nothing is sent again before Twilio itself has shown that it never had
 * it: a signed callback binds a text to its delivery, else Twilio's list of messages does, and only a list that was
 * read to its end after the horizon, and does not hold the text, proves it absent.
 */
@NullMarked
package io.textonce.evidence;

import org.jspecify.annotations.NullMarked;
