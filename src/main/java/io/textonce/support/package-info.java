/**
 * What support sees and may do: the deliveries and their timelines in words, over the API and on a page, and the few
 * decisions that are a person's. No number and no text is shown.
 */
@NullMarked
package io.textonce.support;

import org.jspecify.annotations.NullMarked;
