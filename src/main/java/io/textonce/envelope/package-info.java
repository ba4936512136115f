/** What may be around an event: CloudEvents 1.0, and the header Idempotency-Key. */
@NullMarked
package io.textonce.envelope;

import org.jspecify.annotations.NullMarked;
