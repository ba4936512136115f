package io.textonce.lint;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.lint.Words.Sentence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Documents, comments, log lines and descriptions use the field's words; {@code lint/words.yaml} lists the others. */
class WordsTest {

    private static final Words WORDS = Words.read();

    @Test
    void documentsJavaAndRoutesUseTheFieldsWords() throws IOException {
        var sentences = Stream.of(
                        "docker",
                        "ops",
                        "docs",
                        "routes",
                        "src/main",
                        "src/sandbox",
                        "README.md",
                        "CONTRIBUTING.md",
                        "SECURITY.md")
                .flatMap(WordsTest::files)
                .flatMap(file -> Prose.of(file).stream())
                .toList();

        assertThat(sentences).hasSizeGreaterThan(1000);
        assertThat(WORDS.problems(sentences)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Sample.java | /** Tells the subscribers. */            | 2",
                "Sample.java | /** Whoever comes second loses. */       | 2",
                "Sample.java | /** @return the number */                | 0",
                "Sample.java | /** Returns whether it is so. */         | 0",
                "Sample.java | // Nobody hears it.                      | 2",
                "Sample.java | LOG.warn(\"{} was told\", name);         | 1",
                "Sample.java | call(\"told\"); // http://told.example   | 0",
                "sample.yaml | description: Look for due deliveries     | 2",
                "sample.yaml | description: This is it                  | 1",
                "sample.yaml | note: This is why.                       | 0",
                "sample.yaml | note: The caller is told.                | 1",
                "sample.json | \"title\": \"Somebody knows\"     | 1",
                "sample.sql  | SELECT 1 -- The caller is told.    | 1",
                "sample.html | <p class=\"told\">Nobody</p>        | 1",
                "sample.md   | Mend the line after the horizon.         | 2",
                "sample.md   | Set `textonce.unknown.window`.          | 0",
                "sample.md   | The event was cancelled.                 | 1",
            })
    void findsEachWord(String file, String source, int problems) {
        assertThat(WORDS.problems(Prose.of(file, source))).hasSize(problems);
    }

    @Test
    void namesFileAndLine() {
        var sentences = List.of(new Sentence("docs/page.md", 7, "The caller is told.", false));

        assertThat(WORDS.problems(sentences))
                .containsExactly("docs/page.md:7: \"told\" (publish, log, report, return)");
    }

    private static Stream<Path> files(String root) {
        try (var files = Files.walk(Path.of(root))) {
            return files
                    .filter(file -> file.toString().matches(".*\\.(md|java|yaml|sql|html|schema\\.json)"))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
