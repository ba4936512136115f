package io.textonce.twilio;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hc.client5.http.entity.UrlEncodedFormEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.apache.hc.core5.http.message.BasicNameValuePair;

/**
 * Form that records whether any of it was written. Otherwise Twilio can't have it, whatever went wrong before: no free
 * connection, no address, no server, no TLS.
 */
final class CallForm extends HttpEntityWrapper {

    private boolean written;

    CallForm(List<BasicNameValuePair> parameters) {
        super(new UrlEncodedFormEntity(parameters, StandardCharsets.UTF_8));
    }

    boolean isWritten() {
        return written;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        written = true;
        super.writeTo(out);
    }
}
