package io.textonce.twilio;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.entity.UrlEncodedFormEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.apache.hc.core5.http.message.BasicNameValuePair;

/**
 * Form whose last check runs when only the write to the socket remains: the wait for a connection, the connect and TLS
 * may outlast a lease, and the first calls of a new process still load classes. It records whether any of it was
 * written; otherwise Twilio can't have it, whatever went wrong before.
 */
final class CallForm extends HttpEntityWrapper {

    private final HttpUriRequestBase call;
    private final Runnable lastCheck;
    private boolean written;

    /** @param lastCheck throws if the call must not be made anymore */
    CallForm(List<BasicNameValuePair> parameters, HttpUriRequestBase call, Runnable lastCheck) {
        super(new UrlEncodedFormEntity(parameters, StandardCharsets.UTF_8));
        this.call = call;
        this.lastCheck = lastCheck;
    }

    boolean isWritten() {
        return written;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        try {
            lastCheck.run();
        } catch (RuntimeException e) {
            // A regular close would flush the headers, which are in the buffer of the connection.
            call.cancel();
            throw e;
        }
        written = true;
        super.writeTo(out);
    }
}
