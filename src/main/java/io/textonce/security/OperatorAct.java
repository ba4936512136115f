package io.textonce.security;

import org.jspecify.annotations.Nullable;

/**
 * Event of an operator's act, for the audit log: its publisher knows no log.
 *
 * @param user the operator, or null in the sandbox
 * @param verb what was done, such as erased
 * @param phoneMasked whose data, or null
 * @param phoneHash keyed hash of that number, or null
 */
public record OperatorAct(
        @Nullable String user,
        String verb,
        @Nullable String phoneMasked,
        byte @Nullable [] phoneHash,
        @Nullable String detail) {}
