/** How JSON is read and written on threads that live for one event. */
@NullMarked
package io.textonce.json;

import org.jspecify.annotations.NullMarked;
