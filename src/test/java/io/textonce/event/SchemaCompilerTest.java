package io.textonce.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class SchemaCompilerTest {

    /** The library logs a warning for a keyword that it does not know. */
    @Test
    void knowsTheKeywordOfTheReferenceInTheVersionOfTheSchema() throws IOException {
        try (var camel = new DefaultCamelContext()) {
            String file = "file:"
                    + Path.of("routes/schemas/order-shipped.schema.json").toAbsolutePath();

            var dialect = new SchemaCompiler()
                    .createSchema(camel, file)
                    .getValidationContext()
                    .getMetaSchema();

            assertThat(dialect.getKeywords()).containsKeys("x-reference", "pattern");
            assertThat(dialect.getIri()).startsWith("http://json-schema.org/draft-07/schema");
        }
    }
}
