package io.textonce.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import org.apache.camel.Exchange;

/**
 * Empty TwiML, the only response to an inbound message: Twilio may send anything else to the person as a message
 * (https://www.twilio.com/docs/messaging/twiml).
 */
public final class Twiml {

    static final String MEDIA_TYPE = "text/xml";
    static final String NOTHING = "<Response/>";

    /** Methods of Twilio's call for an inbound message, depending on its webhook's configuration. */
    static final Set<String> METHODS = Set.of("POST", "GET");

    private static final String PATH = "/twilio/inbound";

    private Twiml() {}

    /** Returns whether the request is Twilio's call for an inbound message, to which every response must be TwiML. */
    public static boolean isAsked(HttpServletRequest request) {
        return PATH.equals(ApplicationPath.of(request));
    }

    /** Responds with empty TwiML. */
    public static void answer(Exchange exchange, int status) {
        var message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        message.setHeader(Exchange.CONTENT_TYPE, MEDIA_TYPE);
        message.setBody(NOTHING);
    }
}
