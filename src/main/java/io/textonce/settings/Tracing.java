package io.textonce.settings;

/**
 * Marker of tracing: a bean of this type exists only if traces are exported. Code that takes over a caller's trace, or
 * passes one on, requires it.
 */
public interface Tracing {

    /** The header, JMS property and query parameter that carries it (W3C Trace Context). */
    String HEADER = "traceparent";
}
