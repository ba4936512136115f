/** OpenTelemetry traces where an endpoint is set: from the intake through the call of Twilio to its callbacks. */
@NullMarked
package io.textonce.tracing;

import org.jspecify.annotations.NullMarked;
