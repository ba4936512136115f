/** Tables of the documents that are generated from what they describe, and compared with it by every build. */
@NullMarked
package io.textonce.docs;

import org.jspecify.annotations.NullMarked;
