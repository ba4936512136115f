package io.textonce.http;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import org.springframework.boot.web.servlet.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/**
 * Error responses for what neither a route nor Spring's handlers responded to, such as a rejected URL or a route that
 * is stopping.
 */
@Controller
final class ErrorAnswers implements ErrorController {

    @RequestMapping("/error")
    void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var code = (Integer) request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        var status = code == null ? HttpStatus.NOT_FOUND : HttpStatus.resolve(code);
        if (status == null) {
            status = HttpStatus.INTERNAL_SERVER_ERROR;
        }
        AdmissionControl.answer(
                response, new Problem(status.value(), status.name().toLowerCase(Locale.ROOT), words(status)));
    }

    private static String words(HttpStatus status) {
        return status.is4xxClientError() ? "This service does not support the request." : Problem.NOT_CONFIRMED;
    }
}
