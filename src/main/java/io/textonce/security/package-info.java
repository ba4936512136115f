/**
 * Authentication and authorization of API callers: configured tokens, tokens of an OAuth issuer, roles and rate
 * limits.
 */
@NullMarked
package io.textonce.security;

import org.jspecify.annotations.NullMarked;
