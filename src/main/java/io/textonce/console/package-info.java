/**
 * The support page and API, and Camel's view on the management port: deliveries with their timelines in words,
 * operator actions, routes and intake switches. Neither numbers nor message texts are shown.
 */
@NullMarked
package io.textonce.console;

import org.jspecify.annotations.NullMarked;
