package io.textonce.http;

import jakarta.servlet.http.HttpServletRequest;

/** Raw path of a request within the application: without the context path, which may be the prefix of a proxy. */
public final class ApplicationPath {

    private ApplicationPath() {}

    public static String of(HttpServletRequest request) {
        return request.getRequestURI().substring(request.getContextPath().length());
    }
}
