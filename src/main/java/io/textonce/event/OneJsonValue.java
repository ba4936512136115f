package io.textonce.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.InputStream;
import java.io.Reader;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.TypeConverterExists;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.apache.camel.support.SimpleTypeConverter;
import org.springframework.stereotype.Component;

/**
 * Type converters by which {@code jq} reads a body, and steps that expect a map read its result. Camel's own drop whatever
 * follows the first value, such as the second event of two.
 */
@Component
final class OneJsonValue implements CamelContextConfiguration {

    private final ObjectMapper json;

    /** @param json mapper of the application, which rejects whatever follows the first value */
    OneJsonValue(ObjectMapper json) {
        this.json = json;
    }

    @Override
    public void beforeApplicationStart(CamelContext camel) {
        var converters = camel.getTypeConverterRegistry();
        var before = converters.getTypeConverterExists();
        converters.setTypeConverterExists(TypeConverterExists.Override);
        for (Class<?> type : List.of(String.class, byte[].class, InputStream.class, Reader.class, File.class)) {
            converters.addTypeConverter(
                    JsonNode.class,
                    type,
                    new SimpleTypeConverter(false, (wanted, exchange, body) -> read(exchange, body)));
        }
        converters.addTypeConverter(
                Map.class,
                ObjectNode.class,
                new SimpleTypeConverter(false, (wanted, exchange, body) -> json.convertValue(body, Map.class)));
        converters.setTypeConverterExists(before);
    }

    @Override
    public void afterApplicationStart(CamelContext camel) {}

    private JsonNode read(Exchange exchange, Object body) throws Exception {
        if (body instanceof String text) {
            return json.readTree(text);
        }
        if (body instanceof Reader text) {
            return json.readTree(text);
        }
        return json.readTree(
                exchange.getContext().getTypeConverter().mandatoryConvertTo(InputStream.class, exchange, body));
    }
}
