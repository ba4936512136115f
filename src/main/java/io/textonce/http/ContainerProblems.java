package io.textonce.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * Error responses for requests that Tomcat rejects before any of our code runs, such as a malformed URL. Tomcat creates
 * it by its name.
 */
public final class ContainerProblems extends ErrorReportValve {

    @Override
    protected void report(Request request, Response response, @Nullable Throwable thrown) {
        var status = HttpStatus.resolve(response.getStatus());
        if (status == null || !status.isError() || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        var problem = new Problem(status.value(), status.name().toLowerCase(Locale.ROOT), "The request is malformed.");
        try {
            response.setContentType(Problem.MEDIA_TYPE);
            response.getOutputStream().write(problem.json().getBytes(StandardCharsets.UTF_8));
            response.finishResponse();
        } catch (IOException e) {
            // The caller has disconnected.
            response.setSuspended(true);
        }
    }
}
