package io.textonce.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.console.DeliveryView.Parameter;
import io.textonce.message.SendPolicy;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeliveryViewTest {

    private final SendPolicy policy = new SendPolicy();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void showsTheParametersThatTwilioGetsAndNoOptionOfOurOwn(boolean atTwilio) {
        policy.setSmartEncoded("true");
        policy.setUrgent(true);
        policy.setCountries("US,CA");

        var parameters = parameters(policy.written(Instant.parse("2026-06-01T08:00:00Z"), atTwilio));

        assertThat(parameters)
                .contains(new Parameter("From", "+14155550100"), new Parameter("SmartEncoded", "true"))
                .extracting(Parameter::name)
                .doesNotContain("Urgent", "Countries", "HeldUntil");
        assertThat(parameters.contains(new Parameter("SendAt", "2026-06-01T08:00:00Z")))
                .isEqualTo(atTwilio);
    }

    @Test
    void showsTheSenderOfAMessageWithoutOptions() {
        assertThat(parameters(null)).extracting(Parameter::name).containsExactly("To", "From");
    }

    private static List<Parameter> parameters(@Nullable String options) {
        var row = new HashMap<String, Object>();
        row.put("phone_masked", "+*******0199");
        row.put("sender", "+14155550100");
        row.put("twilio_options", options);
        return Parameter.of(row);
    }
}
