/** The words of the events: templates by language, written for whoever is to read them. */
@NullMarked
package io.textonce.text;

import org.jspecify.annotations.NullMarked;
