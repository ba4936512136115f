/** What is forgotten: numbers and texts after a while, deliveries after a longer one, a person on request. */
@NullMarked
package io.textonce.retention;

import org.jspecify.annotations.NullMarked;
