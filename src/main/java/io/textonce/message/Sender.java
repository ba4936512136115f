package io.textonce.message;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sender of a message in Twilio's form: a number, a short code, an alphanumeric id or a Messaging Service; behind the
 * prefix of a channel other than SMS, such as {@code whatsapp:+14155550100} or {@code rcs:acme_agent}. A Messaging
 * Service behind a prefix sends through that channel.
 */
public record Sender(String address) {

    public static final String WHATSAPP = "whatsapp";
    public static final String RCS = "rcs";

    private static final Pattern OF_CHANNEL = Pattern.compile("(whatsapp|rcs):\\+.*");

    private static final Pattern FORM = Pattern.compile("((whatsapp|rcs):)?MG[0-9a-fA-F]{32}"
            + "|(whatsapp:)?\\+[1-9]\\d{1,14}|rcs:[A-Za-z0-9_.-]{1,100}|\\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{2,11}");

    private static final Pattern SERVICE = Pattern.compile("MG[0-9a-fA-F]{32}");

    /** Returns whether an address has a form of Twilio's. */
    static boolean isValid(String address) {
        return FORM.matcher(address).matches();
    }

    /** Returns a sender for a channel; an empty one is SMS and MMS. */
    static Sender of(String channel, String address) {
        return new Sender(channel.isEmpty() ? address : channel + ":" + address);
    }

    /** Returns whether this is a number behind the prefix of a channel, as a recipient's may be. */
    boolean isOfChannel() {
        return OF_CHANNEL.matcher(address).matches();
    }

    /** Returns the addresses by which Twilio's list may have a recipient: RCS and SMS stand in for each other. */
    public List<String> listedAs(String phone) {
        return switch (channel()) {
            case WHATSAPP -> List.of(addressOf(phone));
            case RCS -> List.of(addressOf(phone), phone);
            default -> service() == null ? List.of(phone) : List.of(phone, RCS + ":" + phone);
        };
    }

    /**
     * Returns whether a message may be from this sender. One through a Messaging Service names the service, and the sender
     * once the service chose it. One of any other sender may name a service too: Twilio generates a default service for
     * each account and names it where the request names none.
     *
     * @param fallbackFrom number that Twilio may have used instead, or null
     * @see <a href="https://www.twilio.com/en-us/changelog/messaging-api-response---logs-with-default-messaging-service">
     *     changelog of 2024-04-17</a>
     */
    public boolean sent(@Nullable String from, @Nullable String messagingService, @Nullable String fallbackFrom) {
        String service = service();
        if (service != null) {
            return service.equals(messagingService);
        }
        if (from == null) {
            return messagingService != null;
        }
        return new Sender(from).bare().equals(bare()) || from.equals(fallbackFrom);
    }

    /** The channel, or empty for SMS and MMS. */
    public String channel() {
        int colon = address.indexOf(':');
        return colon < 0 ? "" : address.substring(0, colon);
    }

    /** The address without its channel. */
    public String bare() {
        return address.substring(address.indexOf(':') + 1);
    }

    /** The Messaging Service, or null for a sender of its own. */
    public @Nullable String service() {
        return SERVICE.matcher(bare()).matches() ? bare() : null;
    }

    /** Returns whether recipients can't reply, so that none can send STOP. */
    public boolean isAlphanumeric() {
        return channel().isEmpty() && service() == null && !address.matches("\\+?\\d+");
    }

    /** Returns a recipient's address in the channel of this sender. */
    public String addressOf(String phone) {
        return channel().isEmpty() ? phone : channel() + ":" + phone;
    }
}
