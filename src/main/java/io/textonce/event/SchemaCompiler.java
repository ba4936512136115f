package io.textonce.event;

import com.fasterxml.jackson.core.JsonParser;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.SpecVersionDetector;
import java.io.IOException;
import java.net.URI;
import org.apache.camel.CamelContext;
import org.apache.camel.component.jsonvalidator.DefaultJsonUriSchemaLoader;
import org.apache.camel.support.ResourceHelper;

/** Compiler of schema files, in the version of JSON Schema that each names, with the keyword of TextOnce. */
final class SchemaCompiler extends DefaultJsonUriSchemaLoader {

    /** Keyword of the field that support searches by, beside the eventId. */
    static final String REFERENCE = "x-reference";

    /** Rejects a key that is there twice, of which the parser keeps the last. */
    SchemaCompiler() {
        mapper.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    }

    @Override
    public JsonSchema createSchema(CamelContext camel, String uri) throws IOException {
        try (var file = ResourceHelper.resolveMandatoryResourceAsInputStream(camel, uri)) {
            var source = mapper.readTree(file);
            var version =
                    SpecVersionDetector.detectOptionalVersion(source, false).orElse(defaultVersion);
            var standard = JsonSchemaFactory.checkVersion(version).getInstance();
            var dialect = JsonMetaSchema.builder(standard)
                    .keyword(new NonValidationKeyword(REFERENCE))
                    .build();
            return JsonSchemaFactory.getInstance(version, factory -> factory.metaSchema(dialect))
                    .getSchema(URI.create(uri), source, config);
        }
    }
}
