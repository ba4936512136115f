/** A Camel component that is not in the application, and the test that brings it in as a jar. */
@NullMarked
package io.textonce.lib;

import org.jspecify.annotations.NullMarked;
