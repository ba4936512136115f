package io.textonce.message;

import io.textonce.settings.TwilioSid;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parameters of the kamelet {@code sms-send-sink} that Twilio gets with each message of an event. */
public abstract class RequestOptions {

    static final String SERVICE = "messagingServiceSid";

    private static final String FALLBACK = "fallbackFrom";

    final TwilioOptions options = new TwilioOptions();

    private String channel = "";
    private @Nullable String mediaField;

    /** Smart encoding: Twilio replaces curly quotes and the like, so that a text stays in GSM-7. */
    public boolean isSmartEncoded() {
        return Boolean.parseBoolean(options.get("smartEncoded"));
    }

    /** Further parameters of Twilio's API, by the names of its SDK, such as {@code smartEncoded}. */
    public Map<String, String> options() {
        return options.all();
    }

    /**
     * Enables Twilio's smart encoding: look-alikes of plain characters are replaced, so that a text has fewer segments.
     */
    public void setSmartEncoded(String smartEncoded) {
        options.set("smartEncoded", smartEncoded, "true|false", "true or false");
    }

    /** Enables link shortening, for a Messaging Service that has a domain for it. */
    public void setShortenUrls(String shortenUrls) {
        options.set("shortenUrls", shortenUrls, "true|false", "true or false");
    }

    /** Link shortening: Twilio replaces the links of a text. */
    public boolean hasShortenedLinks() {
        return Boolean.parseBoolean(options.get("shortenUrls"));
    }

    /** Enables Twilio's risk check for SMS pumping and the like. */
    public void setRiskCheck(String riskCheck) {
        options.set("riskCheck", riskCheck, "enable|disable", "enable or disable");
    }

    /** Sets the highest price of a message in US dollars; Twilio does not send one that costs more. */
    public void setMaxPrice(String maxPrice) {
        options.set("maxPrice", maxPrice, "\\d{1,4}(\\.\\d{1,4})?", "US dollars such as 0.05");
    }

    /** Sets the number or short code from which Twilio sends an SMS if a recipient can't get RCS. */
    public void setFallbackFrom(String fallbackFrom) {
        options.set(
                FALLBACK, fallbackFrom, "\\+[1-9]\\d{1,14}|\\d{3,8}", "a number such as +14155550100 or a short code");
    }

    /** Number from which Twilio may send instead of the sender, or null. */
    public @Nullable String fallbackFrom() {
        return options.get(FALLBACK);
    }

    /** Sets the Messaging Service, instead of the sender of the table. */
    public void setMessagingService(String messagingService) {
        options.set(SERVICE, messagingService, "MG" + TwilioSid.DIGITS, "MG and 32 hexadecimal digits");
    }

    /** Channel of its messages, such as whatsapp, or empty for SMS and MMS. */
    String channel() {
        return channel;
    }

    /** Field of the event with the addresses of media, or null. */
    @Nullable
    String mediaField() {
        return mediaField;
    }

    public void setChannel(String channel) {
        if (!channel.isEmpty() && !channel.equals(Sender.WHATSAPP) && !channel.equals(Sender.RCS)) {
            throw new IllegalArgumentException("channel must be whatsapp, rcs or empty");
        }
        this.channel = channel;
    }

    public void setMedia(String field) {
        this.mediaField = field.isBlank() ? null : field;
    }
}
