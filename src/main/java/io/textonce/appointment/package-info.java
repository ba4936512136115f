/** When an appointment is: as a moment, in the recipient's zone, and in the recipient's words. */
@NullMarked
package io.textonce.appointment;

import org.jspecify.annotations.NullMarked;
