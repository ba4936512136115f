/**
 * One-time codes by Twilio Verify: Twilio makes, sends and checks them, so that no code is ever ours to keep. What is
 * ours: who may ask, how often, and telling others which number was approved.
 */
@NullMarked
package io.textonce.verify;

import org.jspecify.annotations.NullMarked;
