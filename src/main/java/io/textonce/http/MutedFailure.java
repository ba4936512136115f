package io.textonce.http;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;

/**
 * Response that gives a problem to a failure which Camel answers with an empty 500: one that no error handler saw, such
 * as a request of a route that is just being removed.
 */
final class MutedFailure extends HttpServletResponseWrapper {

    private boolean muted;

    MutedFailure(HttpServletResponse response) {
        super(response);
    }

    @Override
    public void setContentLength(int length) {
        muted = length == 0 && getStatus() == SC_INTERNAL_SERVER_ERROR;
        super.setContentLength(length);
    }

    /** Responds with a problem if the failure was muted. */
    void explain() throws IOException {
        if (muted && !isCommitted()) {
            reset();
            sendError(SC_INTERNAL_SERVER_ERROR);
        }
    }
}
