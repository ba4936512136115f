/**
 * What Twilio puts on the wire and how it is told apart from what others send: webhook forms and their signatures.
 * Plain Java, free of Camel and Spring.
 */
@NullMarked
package io.textonce.twilio;

import org.jspecify.annotations.NullMarked;
