package io.textonce.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A webhook as Twilio sends it, or as somebody would who has no business to. Signed as
 * https://www.twilio.com/docs/usage/security#validating-requests says, written apart from the code under test.
 */
public record SignedForm(
        String target, String body, @Nullable String signature) {

    /** Where tests say that Twilio reaches the application. */
    public static final String PUBLIC_BASE_URL = "https://sms.example.com";

    /** Java's own order is another one where a text has characters beyond U+FFFF. */
    private static final Comparator<String> BY_BYTE =
            (one, other) -> Arrays.compareUnsigned(one.getBytes(UTF_8), other.getBytes(UTF_8));

    /** Signed with Twilio's own token. */
    public static SignedForm of(String target, List<Map.Entry<String, String>> parameters) {
        return new SignedForm(
                target,
                new Form(parameters).encode(),
                signature(Peers.AUTH_TOKEN, PUBLIC_BASE_URL + target, parameters));
    }

    public SignedForm withBody(String other) {
        return new SignedForm(target, other, signature);
    }

    public SignedForm withSignature(@Nullable String other) {
        return new SignedForm(target, body, other);
    }

    /** The call that brings it. */
    public HttpRequest.Builder request(java.net.URI uri) {
        var request = HttpRequest.newBuilder(uri).header("Content-Type", "application/x-www-form-urlencoded");
        if (signature != null) {
            request.header("X-Twilio-Signature", signature);
        }
        return request.POST(BodyPublishers.ofString(body));
    }

    public static String signature(String secret, String url, List<Map.Entry<String, String>> parameters) {
        var text = new StringBuilder(url);
        parameters.stream()
                .distinct()
                .sorted(Map.Entry.<String, String>comparingByKey(BY_BYTE)
                        .thenComparing(Map.Entry.comparingByValue(BY_BYTE)))
                .forEach(parameter -> text.append(parameter.getKey()).append(parameter.getValue()));
        try {
            var mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA1"));
            return Base64.getEncoder()
                    .encodeToString(mac.doFinal(text.toString().getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
