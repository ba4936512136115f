/**
 * Alerts about incidents: who is alerted next, when somebody knows, and how many texts a number gets in a storm. All of
 * it is in the database, so that a crash or a second instance changes nothing.
 */
@NullMarked
package io.textonce.incident;

import org.jspecify.annotations.NullMarked;
