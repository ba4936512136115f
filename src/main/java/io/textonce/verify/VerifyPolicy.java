package io.textonce.verify;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Defaults of a code's channel and language. The kamelet {@code verify-start-action} creates one from its parameters
 * when a route file is loaded, so that an invalid one is reported then.
 */
public final class VerifyPolicy implements Processor {

    /** Exchange variable of the policy. */
    static final String VARIABLE = "verifyPolicy";

    private String channel = "";
    private String locale = "";

    @Override
    public void process(Exchange exchange) {
        exchange.setVariable(VARIABLE, this);
    }

    /** Returns the channel of the code, or empty for the first one in the settings. */
    public String channel() {
        return channel;
    }

    /** Returns the language of the message, or empty for the setting. */
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
