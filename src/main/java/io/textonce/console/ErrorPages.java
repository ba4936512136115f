package io.textonce.console;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.ModelAndView;

/** Error pages for browsers; a program, which does not accept HTML, gets a problem. */
@Controller
@ControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ErrorPages {

    private static final String VIEW = "support/lost";

    /** Shows what the container or Spring Security rejected. */
    @RequestMapping(path = "/error", produces = MediaType.TEXT_HTML_VALUE)
    String error(Model model, HttpServletRequest request, HttpServletResponse response) {
        var code = (Integer) request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        var status = code == null ? null : HttpStatus.resolve(code);
        response.setHeader("Content-Security-Policy", ConsoleSecurity.POLICY);
        model.addAllAttributes(
                page(status == null ? HttpStatus.NOT_FOUND : status).getModel());
        return VIEW;
    }

    /** Shows what no page handles: another path, method or parameter. */
    @ExceptionHandler({ServletException.class, MethodArgumentTypeMismatchException.class})
    Object unhandled(Exception e, HttpServletRequest request, HttpServletResponse response) throws Exception {
        var known = e instanceof ErrorResponse error
                ? error
                : ErrorResponse.create(e, HttpStatus.BAD_REQUEST, "A parameter is invalid.");
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        if (accept == null || !accept.contains(MediaType.TEXT_HTML_VALUE)) {
            return ResponseEntity.status(known.getStatusCode())
                    .headers(known.getHeaders())
                    .body(known.getBody());
        }
        response.setHeader("Content-Security-Policy", ConsoleSecurity.POLICY);
        return page(HttpStatus.resolve(known.getStatusCode().value()));
    }

    private static ModelAndView page(@Nullable HttpStatus known) {
        var status = known == null ? HttpStatus.INTERNAL_SERVER_ERROR : known;
        var page = new ModelAndView(VIEW);
        page.setStatus(status);
        boolean ours = status.is5xxServerError();
        page.addObject(
                "title",
                ours ? "Something went wrong" : status == HttpStatus.NOT_FOUND ? "Page not found" : "Not possible");
        page.addObject(
                "words",
                ours
                        ? "No data has been lost. Try again in a moment."
                        : "There is no such page. Check the address, or start from the overview.");
        return page;
    }
}
