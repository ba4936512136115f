package io.textonce.http;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Request whose body is buffered as a whole. A form is presented as plain bytes: Camel would otherwise decode it in its
 * own way, mix its fields with headers and fail on a field without a value, and a webhook's signature is over the bytes
 * anyway.
 */
final class BufferedRequest extends HttpServletRequestWrapper {

    /** Request attribute with the media type that the caller sent. */
    static final String CONTENT_TYPE = "io.textonce.contentType";

    private static final String FORM = "application/x-www-form-urlencoded";

    private final byte[] body;
    private final @Nullable String user;

    BufferedRequest(HttpServletRequest request, byte[] body) {
        super(request);
        this.body = body;
        // Read now: on the thread of the route no user is logged in.
        this.user = request.getRemoteUser();
        request.setAttribute(CONTENT_TYPE, request.getContentType());
    }

    @Override
    public @Nullable String getContentType() {
        String type = super.getContentType();
        return type != null && type.toLowerCase(Locale.ROOT).startsWith(FORM) ? "application/octet-stream" : type;
    }

    @Override
    public @Nullable String getRemoteUser() {
        return user;
    }

    @Override
    public ServletInputStream getInputStream() {
        var bytes = new ByteArrayInputStream(body);
        return new ServletInputStream() {
            @Override
            public boolean isFinished() {
                return bytes.available() == 0;
            }

            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void setReadListener(ReadListener listener) {
                throw new IllegalStateException("the body was read before");
            }

            @Override
            public int read() {
                return bytes.read();
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                return bytes.read(into, offset, length);
            }

            /** Writes the body without the buffer that any other stream needs. */
            @Override
            public long transferTo(OutputStream to) throws IOException {
                return bytes.transferTo(to);
            }
        };
    }

    @Override
    public BufferedReader getReader() {
        return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
    }
}
