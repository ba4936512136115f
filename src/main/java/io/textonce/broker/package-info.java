/** Connections to the broker, whichever it is: the client, its pool, and the check that both speak the same protocol. */
@NullMarked
package io.textonce.broker;

import org.jspecify.annotations.NullMarked;
