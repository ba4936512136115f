package io.textonce.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;

/** Reader of a whole body in a limited time: a caller that sends a byte a second must not hold a thread for longer. */
public final class TimedBody {

    private static final int CHUNK = 4096;

    private TimedBody() {}

    /** Returns what has arrived of a body, without a wait. */
    static byte[] arrived(InputStream in, int most) throws IOException {
        var body = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK];
        while (body.size() < most && in.available() > 0) {
            int read = in.read(chunk, 0, Math.min(chunk.length, most - body.size()));
            if (read < 0) {
                break;
            }
            body.write(chunk, 0, read);
        }
        return body.toByteArray();
    }

    /**
     * Returns the body, or its beginning if it is longer.
     *
     * @param most length in bytes after which reading ends
     * @throws IOException when the body stops, or takes longer than it may
     */
    public static byte[] read(InputStream in, int most, Duration time) throws IOException {
        return read(in, new byte[0], most, time);
    }

    /**
     * Skips a body, or its beginning if it is longer, as {@link #read(InputStream, int, Duration)} without keeping it.
     *
     * @throws IOException when the body stops, or takes longer than it may
     */
    static void skip(InputStream in, int most, Duration time) throws IOException {
        byte[] chunk = new byte[CHUNK];
        long end = System.nanoTime() + time.toNanos();
        int skipped = 0;
        for (int read = 0; read >= 0 && skipped < most && System.nanoTime() <= end; skipped += read) {
            read = in.read(chunk);
        }
    }

    /** Returns the body whose beginning was read before, as {@link #read(InputStream, int, Duration)}. */
    static byte[] read(InputStream in, byte[] begin, int most, Duration time) throws IOException {
        var body = new ByteArrayOutputStream();
        body.writeBytes(begin);
        byte[] chunk = new byte[CHUNK];
        long end = System.nanoTime() + time.toNanos();
        while (body.size() < most) {
            int read = in.read(chunk, 0, Math.min(chunk.length, most - body.size()));
            if (read < 0) {
                break;
            }
            body.write(chunk, 0, read);
            if (System.nanoTime() > end) {
                throw new InterruptedIOException("the body comes too slowly");
            }
        }
        return body.toByteArray();
    }
}
