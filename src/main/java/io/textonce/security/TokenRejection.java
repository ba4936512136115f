package io.textonce.security;

import com.nimbusds.jose.proc.BadJOSEException;
import java.util.stream.Stream;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtValidationException;

/** Reason for the rejection of a token: the tag of a metric, and a sentence without the content of the token. */
enum TokenRejection {
    UNKNOWN("wrong_token", "A valid bearer token is required.", ""),
    SIGNATURE("signature", "The token is not signed with a key of the issuer.", ""),
    EXPIRED("expired", "The token has expired.", "Jwt expired"),
    NOT_YET_VALID("not_yet_valid", "The token is not valid yet.", "Jwt used before"),
    ISSUER("issuer", "The token is from another issuer.", "The iss claim"),
    AUDIENCE("audience", "The token is for another audience.", "The aud claim"),
    SUBJECT("subject", "The token has no subject.", "The sub claim"),
    TYPE("type", "The token is not an access token: its typ is neither at+jwt nor JWT.", "the given typ value"),
    CLAIMS("claims", "The token's claims are not valid.", "");

    private final String reason;
    private final String detail;

    /** Prefix of Spring Security's description; its error codes are the same for all. */
    private final String description;

    TokenRejection(String reason, String detail, String description) {
        this.reason = reason;
        this.detail = detail;
        this.description = description;
    }

    String reason() {
        return reason;
    }

    String detail() {
        return detail;
    }

    static TokenRejection of(AuthenticationException failed) {
        if (failed.getCause() instanceof JwtValidationException invalid) {
            return Stream.of(values())
                    .filter(rejection -> !rejection.description.isEmpty()
                            && invalid.getErrors().stream()
                                    .anyMatch(error -> String.valueOf(error.getDescription())
                                            .startsWith(rejection.description)))
                    .findFirst()
                    .orElse(CLAIMS);
        }
        return failed.getCause() instanceof BadJwtException bad && bad.getCause() instanceof BadJOSEException
                ? SIGNATURE
                : UNKNOWN;
    }
}
