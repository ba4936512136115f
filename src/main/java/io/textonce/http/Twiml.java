package io.textonce.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import org.apache.camel.Exchange;

/**
 * The one answer that a person's text ever gets: TwiML that says nothing. Whatever else Twilio is answered, it may text
 * to that person (https://www.twilio.com/docs/messaging/twiml).
 */
public final class Twiml {

    static final String MEDIA_TYPE = "text/xml";
    static final String NOTHING = "<Response/>";

    /** How Twilio calls for a person's text, as its webhook is set. */
    static final Set<String> METHODS = Set.of("POST", "GET");

    private static final String PATH = "/twilio/inbound";

    private Twiml() {}

    /** Whether the request is Twilio's call for a person's text, for which every answer must be TwiML. */
    public static boolean isAsked(HttpServletRequest request) {
        return PATH.equals(request.getRequestURI());
    }

    /** Answers with nothing to text. */
    public static void answer(Exchange exchange, int status) {
        var message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        message.setHeader(Exchange.CONTENT_TYPE, MEDIA_TYPE);
        message.setBody(NOTHING);
    }
}
