/** The proof: the packaged application, real peers, real load, and everything broken that can break. */
@NullMarked
package io.textonce.proof;

import org.jspecify.annotations.NullMarked;
