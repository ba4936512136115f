package io.textonce.message;

import com.github.mustachejava.DefaultMustacheFactory;
import com.github.mustachejava.reflect.ReflectionObjectHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.math.BigDecimal;
import org.springframework.stereotype.Component;

/** Template factory of plain text: an SMS is not a web page, and an ampersand in a link stays one. */
@Component
final class PlainText extends DefaultMustacheFactory {

    /** A larger number stays as it is: without its exponent it could fill the memory. */
    private static final int MOST_ZEROS = 30;

    PlainText() {
        setObjectHandler(new ReflectionObjectHandler() {
            @Override
            public String stringify(Object value) {
                return value instanceof BigDecimal number && Math.abs(number.scale()) <= MOST_ZEROS
                        ? number.toPlainString()
                        : super.stringify(value);
            }
        });
    }

    @Override
    public void encode(String value, Writer writer) {
        try {
            writer.write(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
