package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.message.TestSms;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

@SandboxTest
class HashKeyRotationTest {

    private static final byte[] OLD = "an-old-hash-key-0123456789abcdefgh".getBytes();
    private static final byte[] NEW = "a-new-hash-key-0123456789abcdefghi".getBytes();
    private static final String SENDER = "+15551234567";

    @Test
    void findsAnOptOutThatWasWrittenUnderAPreviousKey(Sandbox sandbox) {
        String number = sandbox.newNumber();
        sandbox.database()
                .update(
                        "INSERT INTO textonce.opt_outs (phone_hash, sender, source) VALUES (?, ?, 'person')",
                        new PhoneHash(OLD).of(number),
                        SENDER);
        var rotated = new PhoneHash(NEW, List.of(OLD));

        var delivery = claim(sandbox, rotated, number);

        assertThat(DeliveryTables.optOuts(sandbox.database(), rotated).has(number, List.of(SENDER)))
                .isTrue();
        assertThat(DeliveryTables.optOuts(sandbox.database(), new PhoneHash(NEW))
                        .has(number, List.of(SENDER)))
                .isFalse();
        assertThat(delivery.status()).isEqualTo(DeliveryStatus.REJECTED);
        assertThat(sandbox.database()
                        .queryForObject(
                                "SELECT phone_hash FROM textonce.deliveries WHERE id = ?", byte[].class, delivery.id()))
                .isEqualTo(new PhoneHash(NEW).of(number));
    }

    /** In the middle of a rolling restart: the other instance writes under the new key already. */
    @Test
    void findsAnOptOutThatAnotherInstanceWritesUnderTheNextKey(Sandbox sandbox) {
        String number = sandbox.newNumber();
        DeliveryTables.optOuts(sandbox.database(), new PhoneHash(NEW, List.of(OLD)))
                .stop(number, List.of(SENDER), Instant.now());

        var delivery = claim(sandbox, new PhoneHash(OLD, List.of(NEW)), number);

        assertThat(delivery.status()).isEqualTo(DeliveryStatus.REJECTED);
    }

    private static Delivery claim(Sandbox sandbox, PhoneHash hash, String number) {
        var sms = TestSms.of(TestSms.policy(), sandbox.newEventId(), SENDER, number, "text");
        var exchange = new DefaultExchange(sandbox.context().getBean(CamelContext.class));
        exchange.setVariable("sms", sms);
        var admission = sandbox.context().getBean(SendAdmission.class);
        var lease = Duration.ofMinutes(1);
        var claims = new ClaimRepository(
                sandbox.database(), DeliveryTables.noCaps(sandbox.database(), hash), new PhoneNumbers(), lease, false);
        new IdempotentClaims(
                        claims, hash, lease, admission, new WriteMemory(Duration.ZERO), () -> {}, Clock.systemUTC())
                .add(exchange, sms.key());
        return exchange.getVariable("delivery", Delivery.class);
    }
}
