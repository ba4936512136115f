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
                return value instanceof Number number ? plain(number) : super.stringify(value);
            }
        });
    }

    /** A row of a database, or a mapping, may have made a double of it: that of ten millions is written 1.0E7. */
    private static String plain(Number number) {
        String written = number.toString();
        if (written.indexOf('E') < 0) {
            return written;
        }
        var decimal = new BigDecimal(written);
        return Math.abs(decimal.scale()) > MOST_ZEROS ? written : decimal.toPlainString();
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
