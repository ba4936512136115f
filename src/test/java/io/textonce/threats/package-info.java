/** The lines of docs/security.md's list of threats that no other test tries, each as an attacker would. */
@NullMarked
package io.textonce.threats;

import org.jspecify.annotations.NullMarked;
