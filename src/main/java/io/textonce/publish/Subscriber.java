package io.textonce.publish;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Subscriber to status changes.
 *
 * @param name of its row
 * @param client whose own deliveries are published to it, if it is a client
 * @param events of which all deliveries are published to it
 * @param all whether all deliveries are published to it
 */
record Subscriber(String name, @Nullable String client, Set<String> events, boolean all, Receiver receiver) {}
