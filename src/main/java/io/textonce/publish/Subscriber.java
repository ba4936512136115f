package io.textonce.publish;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who is told.
 *
 * @param name of its row
 * @param client whose own deliveries it is told of, if it is a client
 * @param events of whose deliveries it is told whoever caused them
 * @param all whether it is told of all
 */
record Subscriber(String name, @Nullable String client, Set<String> events, boolean all, Receiver receiver) {}
