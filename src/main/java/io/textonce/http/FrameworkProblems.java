package io.textonce.http;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyAdvice;

/**
 * Extension of Spring's own problems (no such path, wrong method, wrong media type) with the member {@code error} that
 * callers' programs read.
 */
@ControllerAdvice
final class FrameworkProblems implements ResponseBodyAdvice<Object> {

    @Override
    public boolean supports(MethodParameter returnType, Class<? extends HttpMessageConverter<?>> converter) {
        return true;
    }

    @Override
    public @Nullable Object beforeBodyWrite(
            @Nullable Object body,
            MethodParameter returnType,
            MediaType mediaType,
            Class<? extends HttpMessageConverter<?>> converter,
            ServerHttpRequest request,
            ServerHttpResponse response) {
        if (body instanceof ProblemDetail problem) {
            var status = HttpStatus.resolve(problem.getStatus());
            problem.setProperties(
                    Map.of("error", status == null ? "error" : status.name().toLowerCase(Locale.ROOT)));
            problem.setInstance(null);
            if (status == HttpStatus.NOT_FOUND) {
                // Spring's detail repeats the path, which may have a number.
                problem.setDetail("There is no such path.");
            } else if (status == HttpStatus.UNSUPPORTED_MEDIA_TYPE) {
                // Spring's detail names the type that it received, which differs from the type that was sent for a
                // form.
                problem.setDetail(detail(response.getHeaders().getAccept()));
            }
        }
        return body;
    }

    /** @param accepted media types of the path */
    private static String detail(List<MediaType> accepted) {
        return accepted.isEmpty() || accepted.contains(MediaType.APPLICATION_JSON)
                ? "Send JSON with the header Content-Type: application/json."
                : "Send the body with the header Content-Type: " + MediaType.toString(accepted) + ".";
    }
}
