package io.textonce.message;

import io.textonce.event.EventRejected;
import io.textonce.phone.PhoneNumbers;
import java.util.LinkedHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Normalization of a phone number in an event to E.164, so that systems that write {@code (415) 555-2671} are
 * supported. The kamelet {@code e164-action} creates one from its parameters when a route file is loaded, so that an
 * unknown region is reported then.
 */
public final class E164 implements Processor {

    private final PhoneNumbers phones = new PhoneNumbers();
    private String region = "";
    private String field = "phone";

    @Override
    public void process(Exchange exchange) {
        var event = SmsDraft.event(exchange);
        String number = event.get(field) instanceof String text ? phones.toE164(text, region) : null;
        if (number == null) {
            throw EventRejected.ofField(
                    field,
                    region.isEmpty()
                            ? "must be a phone number with a plus sign and its country code"
                            : "must be a phone number, with its country code unless it is from " + region);
        }
        var rewritten = new LinkedHashMap<Object, Object>(event);
        rewritten.put(field, number);
        exchange.getMessage().setBody(rewritten);
    }

    public void setRegion(String region) {
        if (!region.isEmpty() && !phones.isRegion(region)) {
            throw new IllegalArgumentException("region must be two letters of ISO 3166-1, such as US");
        }
        this.region = region;
    }

    public void setField(String field) {
        if (field.isBlank()) {
            throw new IllegalArgumentException("field must be the name of the field with the phone number");
        }
        this.field = field;
    }
}
