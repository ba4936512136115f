package io.textonce.threats;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.ProductionTest;
import io.textonce.sandbox.Sandbox;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Threat: callers without credentials announce forms of any size, for which memory is allocated. */
@ProductionTest
class LargeFormTest {

    /** Less than the time after which a body that does not come is given up. */
    private static final int AT_ONCE_MILLIS = 9_000;

    @ParameterizedTest
    @CsvSource({
        "DELETE, /api/people",
        "PUT, /api/order-shipped-sms",
        "PATCH, /nothing",
        "PUT, /login",
        "POST, /login",
        "POST, /logout",
        "POST, /search",
        "POST, /dead-letters/x"
    })
    void areRejectedBeforeTheyCome(String method, String path, Sandbox sandbox) throws IOException {
        for (URI uri : List.of(sandbox.uri(path), sandbox.management(path))) {
            for (String length : List.of("Content-Length: 1000000000", "Transfer-Encoding: chunked")) {
                assertThat(status(uri, method, length))
                        .as("%s with %s", uri, length)
                        .matches("HTTP/1.1 [34]\\d\\d.*");
            }
        }
    }

    private static String status(URI uri, String method, String length) throws IOException {
        try (var socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(AT_ONCE_MILLIS);
            socket.getOutputStream()
                    .write((method + " " + uri.getPath() + " HTTP/1.1\r\nHost: localhost\r\n"
                                    + "Content-Type: application/x-www-form-urlencoded\r\n" + length + "\r\n\r\n")
                            .getBytes(US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII)).readLine();
        }
    }
}
