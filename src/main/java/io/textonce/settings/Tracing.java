package io.textonce.settings;

/**
 * Marks that traces are told to somebody: a bean of this type exists only then. What takes over a caller's trace, or hands
 * ours on, asks for it.
 */
public interface Tracing {

    /** The header, JMS property and query parameter that carries it (W3C Trace Context). */
    String HEADER = "traceparent";
}
