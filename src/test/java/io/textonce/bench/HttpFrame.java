package io.textonce.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Where an HTTP/1.1 message ends: as much of the protocol as the two ends of a benchmark need. */
final class HttpFrame {

    private static final byte[] LENGTH = "\r\ncontent-length:".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] CHUNKED = "\r\ntransfer-encoding: chunked".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] CLOSE = "\r\nconnection: close".getBytes(StandardCharsets.ISO_8859_1);

    private HttpFrame() {}

    /** The bytes of the message that the buffer begins with, or -1 while some are missing. */
    static int length(ByteBuffer buffer) {
        int head = head(buffer);
        if (head < 0) {
            return -1;
        }
        int length = indexOf(buffer, head, LENGTH);
        if (length >= 0) {
            int end = head + number(buffer, length + LENGTH.length);
            return end <= buffer.position() ? end : -1;
        }
        if (indexOf(buffer, head, CHUNKED) >= 0) {
            int end = buffer.position();
            boolean ended = end >= head + 5
                    && buffer.get(end - 5) == '0'
                    && buffer.get(end - 4) == '\r'
                    && buffer.get(end - 2) == '\r';
            return ended ? end : -1;
        }
        return head;
    }

    /** Whether whoever sent it closes the connection after it. */
    static boolean closes(ByteBuffer buffer) {
        return indexOf(buffer, head(buffer), CLOSE) >= 0;
    }

    /** The status of an answer. */
    static int status(ByteBuffer buffer) {
        return number(buffer, 9);
    }

    static String text(ByteBuffer buffer) {
        return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    }

    private static int head(ByteBuffer buffer) {
        for (int i = 3; i < buffer.position(); i++) {
            if (buffer.get(i) == '\n' && buffer.get(i - 1) == '\r' && buffer.get(i - 2) == '\n') {
                return i + 1;
            }
        }
        return -1;
    }

    private static int indexOf(ByteBuffer buffer, int end, byte[] lowerCase) {
        for (int i = 0; i <= end - lowerCase.length; i++) {
            int matched = 0;
            while (matched < lowerCase.length && lower(buffer.get(i + matched)) == lowerCase[matched]) {
                matched++;
            }
            if (matched == lowerCase.length) {
                return i;
            }
        }
        return -1;
    }

    private static int lower(byte letter) {
        return letter >= 'A' && letter <= 'Z' ? letter + 32 : letter;
    }

    private static int number(ByteBuffer buffer, int start) {
        int i = start;
        while (buffer.get(i) == ' ') {
            i++;
        }
        int number = 0;
        while (buffer.get(i) >= '0' && buffer.get(i) <= '9') {
            number = number * 10 + buffer.get(i++) - '0';
        }
        return number;
    }
}
