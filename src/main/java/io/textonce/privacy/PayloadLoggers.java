package io.textonce.privacy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * Denies DEBUG and TRACE to the loggers that print whole payloads, whatever level is configured. The mask knows numbers
 * and named values; it cannot know that a wire dump cut a text into lines, so such a dump is not written at all.
 */
public class PayloadLoggers extends TurboFilter {

    /** With what each of them prints, as read in its source or class file. */
    private static final List<String> PREFIXES = List.of(
            "com.networknt", // the nodes that are validated, value by value
            "com.twilio", // TwilioRestClient: query and header parameters
            "org.apache.activemq.artemis", // packets with their buffers, as hexadecimal dumps too
            "org.apache.activemq.transport", // TransportLogger: every command
            "org.apache.camel.component.bean", // MethodInfo: "Parameter #{} evaluated as: {}"
            "org.apache.camel.component.jms", // messages sent and received
            "org.apache.camel.component.sql", // DefaultSqlPrepareStatementStrategy: "Setting parameter #{} with value:
            // {}"
            "org.apache.camel.component.twilio", // the properties of a call
            "org.apache.camel.http.common", // DefaultHttpBinding: "HTTP parameter {} = {}"
            "org.apache.camel.spring.SpringCamelContext", // every event of Spring, a failed login with its token too
            "org.apache.camel.impl.converter", // the values that are converted
            "org.apache.camel.impl.engine.DefaultBeanIntrospection", // "Invoked: ... Arguments: [body, ...]"
            "org.apache.camel.impl.engine.IntrospectionSupport", // "Configured property: body ... with value: ..."
            "org.apache.camel.support.component", // ApiMethodHelper: "Invoking {} with arguments {}", that is To and
            // Body
            "org.apache.catalina.connector", // requests that break, with their data
            "org.apache.coyote", // Http11InputBuffer: "Received [...]", the raw request
            "org.apache.hc.client5.http.headers", // every header, Authorization included
            "org.apache.hc.client5.http.wire", // every byte, in quoted pieces
            "org.apache.qpid", // frames and messages
            "org.apache.tomcat.util.http", // Parameters: names with values that do not decode
            "org.apache.tomcat.util.net", // buffers of the socket
            "org.postgresql", // "FE=> Bind(...,$1=<'...'>)", every parameter
            "org.springframework.http", // converters: what was read and written
            "org.springframework.jdbc", // StatementCreatorUtils: every parameter
            "org.springframework.jms", // JmsTemplate: "Sending created message: ..."
            "org.springframework.web"); // "Read [...]", "Writing [...]" and request parameters

    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] params,
            @Nullable Throwable thrown) {
        if (level.levelInt > Level.DEBUG_INT || level.levelInt < logger.getEffectiveLevel().levelInt) {
            return FilterReply.NEUTRAL; // first, since it is called for every disabled call, too
        }
        return printsPayloads(logger.getName()) ? FilterReply.DENY : FilterReply.NEUTRAL;
    }

    private static boolean printsPayloads(String name) {
        for (var prefix : PREFIXES) {
            if (name.startsWith(prefix) && (name.length() == prefix.length() || name.charAt(prefix.length()) == '.')) {
                return true;
            }
        }
        return false;
    }
}
