/** What is set from outside: one record of settings, checked as a whole before anything starts. */
@NullMarked
package io.textonce.settings;

import org.jspecify.annotations.NullMarked;
