package io.textonce.event;

/**
 * What became of an event that has no delivery of its own: it stopped something, or its text waits for others. A route
 * leaves it in the variable {@code outcome}.
 *
 * @param status a word for the sender
 * @param duplicate whether the event had been taken before
 */
public record EventOutcome(String status, boolean duplicate) {}
