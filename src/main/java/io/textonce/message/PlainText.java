package io.textonce.message;

import com.github.mustachejava.DefaultMustacheFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import org.springframework.stereotype.Component;

/** Template factory of plain text: an SMS is not a web page, and an ampersand in a link stays one. */
@Component
final class PlainText extends DefaultMustacheFactory {

    @Override
    public void encode(String value, Writer writer) {
        try {
            writer.write(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
