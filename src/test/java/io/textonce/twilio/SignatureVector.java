package io.textonce.twilio;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Signed request.
 *
 * @param signedUrl what Twilio signed, where it differs from the URL the application would build
 */
public record SignatureVector(
        String name,
        String note,
        String token,
        String url,
        @Nullable String signedUrl,
        List<List<String>> params,
        @Nullable String body,
        String signature,
        boolean expectValid) {

    public static Stream<SignatureVector> all() throws IOException {
        try (var file = SignatureVector.class.getResourceAsStream("/twilio/signature-vectors.json")) {
            return Stream.of(new ObjectMapper().readValue(file, SignatureVector[].class));
        }
    }

    public String base() {
        int path = url.indexOf('/', url.indexOf("://") + 3);
        return path < 0 ? url : url.substring(0, path);
    }

    /** HTTP has no empty path: a client that calls https://host asks for /. */
    public String target() {
        var target = url.substring(base().length());
        return target.isEmpty() ? "/" : target;
    }

    public byte[] form() {
        return params.stream()
                .map(pair -> URLEncoder.encode(pair.get(0), UTF_8) + "=" + URLEncoder.encode(pair.get(1), UTF_8))
                .collect(Collectors.joining("&"))
                .getBytes(US_ASCII);
    }
}
