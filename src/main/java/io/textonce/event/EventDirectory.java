package io.textonce.event;

/** Directory of the events that this application sends, by whatever route. */
public interface EventDirectory {

    /** Returns whether an event has a route, or a file of it that has an error or is being loaded. */
    boolean hasEvent(String name);
}
