package io.textonce.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/** Request with a form that has been read: its parameters are those of the address, then those of the form. */
final class ReadForm extends HttpServletRequestWrapper {

    private final Map<String, String[]> fields = new LinkedHashMap<>();

    ReadForm(HttpServletRequest request, String form) {
        super(request);
        for (String field : form.split("&")) {
            int sign = field.indexOf('=');
            if (sign > 0) {
                add(fields, decoded(field.substring(0, sign)), new String[] {decoded(field.substring(sign + 1))});
            }
        }
    }

    /** A browser encodes every percent sign: a field with another one was not sent by our pages, and is kept as it is. */
    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    @Override
    public @Nullable String getParameter(String name) {
        String[] values = getParameterValues(name);
        return values == null ? null : values[0];
    }

    @Override
    public Map<String, String[]> getParameterMap() {
        // Where a request is forwarded to adds parameters.
        var parameters = new LinkedHashMap<>(super.getParameterMap());
        fields.forEach((name, values) -> add(parameters, name, values));
        return parameters;
    }

    @Override
    public Enumeration<String> getParameterNames() {
        return Collections.enumeration(getParameterMap().keySet());
    }

    @Override
    public String @Nullable [] getParameterValues(String name) {
        return getParameterMap().get(name);
    }

    private static void add(Map<String, String[]> parameters, String name, String[] values) {
        parameters.merge(name, values, StringUtils::concatenateStringArrays);
    }
}
