package io.textonce.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WebhookSignatureTest {

    /** The example that the reference libraries of Standard Webhooks are tested with. */
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static final String SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    @Test
    void signsThePublishedExampleAsTheReferenceLibrariesDo() {
        var signature = new WebhookSignature(List.of(SECRET));

        assertThat(signature.of("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"))
                .isEqualTo(SIGNATURE);
    }

    @Test
    void signsWithEachSecretWhileTheyAreRotated() {
        var signature = new WebhookSignature(List.of("whsec_bmV3LXNlY3JldC1vZi1hLWNsaWVudC0x", SECRET));

        assertThat(signature.of("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"))
                .startsWith("v1,")
                .doesNotStartWith(SIGNATURE)
                .endsWith(" " + SIGNATURE);
    }
}
