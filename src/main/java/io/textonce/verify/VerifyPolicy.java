package io.textonce.verify;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * How a code is sent where the body doesn't say. The kamelet {@code verify-start-action} makes one of its parameters when
 * a route file is loaded, so that a wrong one is reported then.
 */
public final class VerifyPolicy implements Processor {

    /** The exchange variable that carries it. */
    static final String VARIABLE = "verifyPolicy";

    private String channel = "";
    private String locale = "";

    @Override
    public void process(Exchange exchange) {
        exchange.setVariable(VARIABLE, this);
    }

    /** The way of the code, or empty for the first that the settings allow. */
    public String channel() {
        return channel;
    }

    /** The language of the message, or empty for the setting. */
    public String locale() {
        return locale;
    }

    public void setChannel(String channel) {
        if (!channel.isEmpty() && !OneTimeCodes.CHANNEL.matcher(channel).matches()) {
            throw new IllegalArgumentException("channel must be sms, call or whatsapp");
        }
        this.channel = channel;
    }

    public void setLocale(String locale) {
        if (!locale.isEmpty() && !OneTimeCodes.LOCALE.matcher(locale).matches()) {
            throw new IllegalArgumentException("locale must be a language such as de or pt-BR");
        }
        this.locale = locale;
    }
}
