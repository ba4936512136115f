package io.textonce.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.LogRecorder;
import java.io.EOFException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class CallerGoneTest {

    @Test
    void logsOneLineAMinuteOfEachKind() {
        try (var log = new LogRecorder(CallerGone.class)) {
            var handler = new CallerGone();
            for (int caller = 0; caller < 100; caller++) {
                handler.handleException("in the route", new IOException("Broken pipe"));
            }
            handler.handleException("in the route", null, new EOFException());

            assertThat(log.lines("A caller disconnected before the response"))
                    .containsExactly(
                            "A caller disconnected before the response: IOException (0 more since the last line)",
                            "A caller disconnected before the response: EOFException (0 more since the last line)");
        }
    }
}
