/**
 * What a laptop or a test needs instead of the real peers. The Twilio simulator stands here as a peer over HTTP on a
 * port of its own; it knows nothing of the application that calls it.
 */
@NullMarked
package io.textonce.sandbox;

import org.jspecify.annotations.NullMarked;
