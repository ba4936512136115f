/**
 * Others are told of each change of a delivery's status, at least once. The timeline is the outbox: a change and what is
 * told of it are one statement, and those who are told are worked for apart from the texts.
 */
@NullMarked
package io.textonce.status;

import org.jspecify.annotations.NullMarked;
