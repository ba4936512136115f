/**
 * The benchmark: {@code ./mvnw verify -Pbench}. It measures the packaged application with everything that it needs on
 * this machine, beside the route that one would write from Camel's documentation, and writes {@code
 * target/bench/report.md}. It never says that something is too slow; it fails only where an answer is wrong, or an event
 * was lost or doubled.
 *
 * <p>Callers, Twilio, PostgreSQL and the application share the cores of one machine, so the rates are those of the whole.
 * A ratio of two that were measured in turn, with the same callers, the same Twilio and the same database, can be
 * trusted to about a tenth; a rate can't be carried to another machine.
 */
@NullMarked
package io.textonce.bench;

import org.jspecify.annotations.NullMarked;
