package io.textonce.message;

import com.github.mustachejava.DefaultMustacheFactory;
import com.github.mustachejava.MustacheFactory;
import io.textonce.settings.TextOnceProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of the templates. */
@Configuration(proxyBeanMethods = false)
class TemplateConfiguration {

    /** Creates the Mustache factory without HTML escaping: an ampersand in a link stays one. */
    @Bean
    MustacheFactory plainText() {
        return new DefaultMustacheFactory() {
            @Override
            public void encode(String value, Writer writer) {
                try {
                    writer.write(value);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    @Bean
    Templates texts(TextOnceProperties settings, MustacheFactory plainText) {
        return new Templates(settings.home(), settings.routes(), settings.locale(), plainText);
    }
}
