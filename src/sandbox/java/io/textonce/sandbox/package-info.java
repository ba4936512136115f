/**
 * Sandbox: stand-ins for the real peers, for a laptop or a test. The Twilio simulator is a peer over HTTP on a port of
 * its own; it knows nothing of the application that calls it.
 */
@NullMarked
package io.textonce.sandbox;

import org.jspecify.annotations.NullMarked;
