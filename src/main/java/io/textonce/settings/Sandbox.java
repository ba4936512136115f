package io.textonce.settings;

/**
 * Marks the sandbox: a bean of this type exists only there, and nothing in the packaged jar implements it. It is the one
 * key to what production rejects: callers without a token and webhooks without a signature.
 */
public interface Sandbox {}
