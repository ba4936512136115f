/**
 * Publication of status changes to subscribers, at least once and in order. The timeline is the outbox: a status
 * change and its entry are one statement, and subscribers are served apart from sending.
 */
@NullMarked
package io.textonce.publish;

import org.jspecify.annotations.NullMarked;
