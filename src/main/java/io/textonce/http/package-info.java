/** The HTTP edge: admission control, the allow-list of headers, responses and problems. */
@NullMarked
package io.textonce.http;

import org.jspecify.annotations.NullMarked;
