package io.textonce.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.github.mustachejava.DefaultMustacheFactory;
import io.textonce.event.EventRejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplatesTest {

    @TempDir
    Path shipped;

    @TempDir
    Path own;

    private Templates texts;

    @BeforeEach
    void writeTemplates() throws IOException {
        write(shipped, "late.en", "late");
        write(shipped, "late.de", "verspätet");
        write(shipped, "late.zh-Hant", "延遲");
        texts = new Templates("file:" + shipped, own.toString(), Locale.ENGLISH, new DefaultMustacheFactory());
    }

    @ParameterizedTest
    @CsvSource({
        "de, verspätet",
        "DE, verspätet",
        "de-CH, verspätet",
        "zh-Hant-TW, 延遲",
        "zh-Hans, late",
        "fr, late",
        ", late",
    })
    void takesTheNearestLanguageThatHasATemplate(@Nullable String locale, String words) {
        assertThat(write("late", locale)).isEqualTo(words);
    }

    @Test
    void takesTheTemplateWithoutALanguageForAllThatHaveNone() throws IOException {
        write(own, "lost", "lost");
        write(own, "lost.de", "verloren");

        assertThat(write("lost", "fr")).isEqualTo("lost");
        assertThat(write("lost", null)).isEqualTo("lost");
        assertThat(write("lost", "de")).isEqualTo("verloren");
    }

    @Test
    void putsAnOwnTemplateBeforeTheShippedOne() throws IOException {
        write(own, "late.de", "leider später");

        assertThat(write("late", "de")).isEqualTo("leider später");
        assertThat(write("late", "en")).isEqualTo("late");
    }

    /** A phone has one line break; a file saved on Windows, or an address in an event, may have another. */
    @Test
    void writesTheLineBreaksOfEverySystemAsOne() throws IOException {
        write(own, "lines", "Dear customer,\r\nit is late.\r");

        assertThat(write("lines", "en")).isEqualTo("Dear customer,\nit is late.");
    }

    @Test
    void refusesALanguageThatHasNoText() throws IOException {
        write(own, "lost.de", "verloren");

        assertThatThrownBy(() -> write("lost", "fr"))
                .asInstanceOf(type(EventRejected.class))
                .extracting(EventRejected::details)
                .asString()
                .contains("locale");
    }

    @ParameterizedTest
    @ValueSource(strings = {"de_DE", "german language", "../../etc/passwd", "*", "{{x}}"})
    void refusesWhatIsNoLanguage(String locale) throws IOException {
        write(own, "lost.de", "verloren");

        assertThatThrownBy(() -> write("lost", locale)).isInstanceOf(EventRejected.class);
    }

    @Test
    void saysWhichTemplateIsMissing() {
        assertThatThrownBy(() -> texts.text("nothing")).hasMessageContaining("templates/nothing.mustache");
    }

    private String write(String name, @Nullable String locale) {
        var exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.getMessage().setBody(locale == null ? Map.of() : Map.of("locale", locale));
        texts.text(name).process(exchange);
        return exchange.getVariable("text", String.class);
    }

    private static void write(Path folder, String name, String words) throws IOException {
        Files.createDirectories(folder.resolve("templates"));
        Files.writeString(folder.resolve("templates/" + name + ".mustache"), words + "\n");
    }
}
