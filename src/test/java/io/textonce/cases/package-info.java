/** Cases: files that say what an event does, for people who write no Java. Their form is told in routes/README.md. */
@NullMarked
package io.textonce.cases;

import org.jspecify.annotations.NullMarked;
