package io.textonce.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.SpecVersionDetector;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.component.jsonvalidator.DefaultJsonUriSchemaLoader;
import org.apache.camel.support.ResourceHelper;

/** Compiler of schema files, in the version of JSON Schema that each names, with the keyword of TextOnce. */
final class SchemaCompiler extends DefaultJsonUriSchemaLoader {

    /** Keyword of the field that support searches by, beside the eventId. */
    static final String REFERENCE = "x-reference";

    /** Keywords that the validator reads beside the standard, and an annotation of OpenAPI. */
    private static final Set<String> ANNOTATIONS = Set.of("message", "nullable", "example");

    private static final List<JsonMetaSchema> DIALECTS = List.of(
            JsonMetaSchema.getV4(),
            JsonMetaSchema.getV6(),
            JsonMetaSchema.getV7(),
            JsonMetaSchema.getV201909(),
            JsonMetaSchema.getV202012());

    /** Keywords that no version of JSON Schema has, in the order of the file. */
    private final Set<String> unknown = new LinkedHashSet<>();

    /** Rejects a key that is there twice, of which the parser keeps the last, and what follows the schema. */
    SchemaCompiler() {
        mapper.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
        mapper.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
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
                    .unknownKeywordFactory((keyword, context) -> {
                        if (!isKnown(keyword)) {
                            unknown.add(keyword);
                        }
                        return new NonValidationKeyword(keyword);
                    })
                    .build();
            return JsonSchemaFactory.getInstance(version, factory -> factory.metaSchema(dialect))
                    .getSchema(URI.create(uri), source, config);
        }
    }

    /** Returns the keywords that a schema, which was compiled and initialized, has and JSON Schema ignores. */
    Set<String> unknownKeywords() {
        return unknown;
    }

    private static boolean isKnown(String keyword) {
        return keyword.startsWith("x-")
                || ANNOTATIONS.contains(keyword)
                || DIALECTS.stream().anyMatch(dialect -> dialect.getKeywords().containsKey(keyword));
    }
}
