/** Knows the way to peers outside: the proxy in between, and the authorities whose certificates are trusted. */
@NullMarked
package io.textonce.network;

import org.jspecify.annotations.NullMarked;
