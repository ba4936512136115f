package io.textonce.retention;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.textonce.event.EventRejected;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import io.textonce.twilio.TwilioFailure;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.springboot.PlatformHttpMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jms.JmsException;

/**
 * Forgets a person: the number, its hashes and all texts, wherever they are ours. What stays is the keyed hash of a
 * number that has opted out, since without it the person would be texted again.
 */
final class DataErasure {

    private static final Logger LOG = LoggerFactory.getLogger(DataErasure.class);

    private final PhoneNumbers phones;
    private final PhoneHash phoneHash;
    private final Retention retention;
    private final DeadLetterErasure deadLetters;
    private final ObjectMapper json = new ObjectMapper();

    DataErasure(PhoneNumbers phones, PhoneHash phoneHash, Retention retention, DeadLetterErasure deadLetters) {
        this.phones = phones;
        this.phoneHash = phoneHash;
        this.retention = retention;
        this.deadLetters = deadLetters;
    }

    /** Reads whom from the body, which no log of addresses has, and makes the parameters of both statements. */
    void read(Exchange exchange) {
        String phone;
        try (var body =
                exchange.getMessage(PlatformHttpMessage.class).getRequest().getInputStream()) {
            phone = json.readTree(body.readAllBytes()).path("phone").asText("");
        } catch (IOException e) {
            throw EventRejected.ofField("body", "is not JSON");
        }
        phone = phones.canonical(phone);
        if (!phones.isE164(phone)) {
            throw EventRejected.ofNumber("phone");
        }
        byte[][] hashes = phoneHash.all(phone);
        Map<String, Object> person = new HashMap<>();
        person.put("phone", phone);
        person.put("hashes", hashes);
        person.put("keys", Arrays.stream(hashes).map(HexFormat.of()::formatHex).toArray(String[]::new));
        exchange.setVariable("person", person);
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setBody(person);
    }

    /** Has Twilio forget the texts first, where that is asked for: afterwards nobody knows which they were. */
    void redact(Exchange exchange) {
        var sids = (String) row(exchange).get("sids");
        try {
            exchange.setVariable("redacted", retention.redact(sids == null ? List.of() : List.of(sids.split(","))));
        } catch (TwilioFailure e) {
            throw new EventRejected(503, "try_again", "Twilio could not be reached, so nothing was erased. Try again.");
        }
        exchange.getMessage().setBody(exchange.getVariable("person"));
    }

    /** Clears the queues and reports what was done. */
    void report(Exchange exchange) throws JsonProcessingException {
        var done = row(exchange);
        var person = exchange.getVariable("person", Map.class);
        var report = new LinkedHashMap<String, Object>();
        report.put("deliveries", done.get("deliveries"));
        report.put("canceled", done.get("canceled"));
        report.put("pending", done.get("pending"));
        report.put("redactedAtTwilio", exchange.getVariable("redacted"));
        report.put("inboundTexts", done.get("inbound"));
        report.put("verifications", done.get("verifications"));
        report.put("deadLetters", forget((String) person.get("phone")) + ((Number) done.get("letters")).longValue());
        report.put("optOutKept", done.get("opted_out"));
        LOG.info("A person was erased: {}", report);
        var message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        message.setBody(json.writeValueAsString(report));
    }

    /** The tables are erased by now, and a repetition does the rest. */
    private int forget(String phone) {
        try {
            return deadLetters.forget(phone);
        } catch (JmsException e) {
            LOG.warn("The queues could not be searched for an erased person: {}", e.getMessage());
            throw new EventRejected(
                    503,
                    "try_again",
                    "All is erased but what our queues hold: the broker could not be reached. Repeat the request.");
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> row(Exchange exchange) {
        return (Map<String, Object>) exchange.getMessage().getBody(List.class).get(0);
    }
}
