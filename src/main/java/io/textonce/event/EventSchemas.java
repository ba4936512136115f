package io.textonce.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.component.jsonvalidator.JsonUriSchemaLoader;
import org.apache.camel.support.ResourceHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.stereotype.Component;

/**
 * Registry of the schemas in use, by the URIs of their files. A schema is compiled as a whole when a route that uses it
 * is loaded or its file changes, never by an event, so that no event is the first to meet a mistake in it.
 */
@Component
public final class EventSchemas implements JsonUriSchemaLoader {

    private static final Logger LOG = LoggerFactory.getLogger(EventSchemas.class);

    /** Formats of strings by their letters and digits. */
    private static final Map<String, String> FORMATS = Stream.of(
                    "date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uuid")
            .collect(Collectors.toMap(format -> format.replace("-", ""), format -> format));

    /** Keywords whose values are values of an event, and no schemas. */
    private static final List<String> VALUES = List.of("const", "default", "enum", "examples");

    private final CamelContext camel;
    private final Map<String, EventSchema> schemas = new ConcurrentHashMap<>();

    public EventSchemas(CamelContext camel) {
        this.camel = camel;
    }

    /** Returns the URI of a schema that a route names. */
    public static String uriOf(String name) {
        return "textonce:schemas/" + name + ".schema.json";
    }

    /**
     * Returns the schema of a URI, always the same object. A schema whose file has an error has no valid version yet:
     * the route that uses it is loaded, and works as soon as the file is fixed.
     *
     * @param uri such as {@code textonce:schemas/order-shipped.schema.json}
     * @throws IllegalArgumentException when there is no such file
     */
    public EventSchema of(String uri) {
        return schemas.computeIfAbsent(uri, this::first);
    }

    private EventSchema first(String uri) {
        if (isMissing(uri)) {
            throw new IllegalArgumentException("there is no file " + uri.substring(uri.lastIndexOf('/') + 1));
        }
        try {
            return new EventSchema(read(uri));
        } catch (Exception e) {
            LOG.error("{} is broken; its events are retried until it is fixed: {}", uri, e.getMessage());
            return new EventSchema(null);
        }
    }

    /**
     * Reloads the file of a schema. If it has an error, the last valid version stays in use.
     *
     * @param used whether a route still uses it; if not, its file may be deleted
     * @throws Exception if the file has an error
     */
    public void reload(String uri, boolean used) throws Exception {
        var schema = schemas.get(uri);
        if (isMissing(uri) && !used) {
            schemas.remove(uri);
            return;
        }
        var version = read(uri);
        if (schema != null) {
            schema.become(version);
        }
    }

    /** Returns whether a version of a schema is in use. */
    public boolean has(String uri) {
        var schema = schemas.get(uri);
        return schema != null && schema.isGood();
    }

    /**
     * Returns whether a template may use a field of an event, by its path such as {@code order.id}. Of a schema that can't
     * be read, or allows any field, every path is known.
     */
    public Predicate<String> fields(String name) {
        try {
            return read(uriOf(name)).fields()::knows;
        } catch (Exception e) {
            return path -> true;
        }
    }

    /** Returns the type of a schema that accepts no object, and so no event, as the file has it, or null. */
    public @Nullable String typeOfNoEvent(String name) {
        try {
            var type = read(uriOf(name)).compiled().getSchemaNode().path("type");
            return type.isMissingNode() || type.toString().contains("\"object\"") ? null : type.toString();
        } catch (Exception e) {
            return null;
        }
    }

    private boolean isMissing(String uri) {
        return !ResourceHelper.resolveResource(camel, uri).exists();
    }

    private EventSchema.Version read(String uri) throws Exception {
        var compiler = new SchemaCompiler();
        var compiled = compiler.createSchema(camel, uri);
        JsonNode source = compiled.getSchemaNode();
        if (!source.isObject()) {
            throw new IllegalArgumentException("the schema must be a JSON object");
        }
        requireSyntax(compiled, source);
        initialize(compiled, source);
        for (String keyword : compiler.unknownKeywords()) {
            throw new IllegalArgumentException(
                    "JSON Schema has no keyword " + keyword + ", and ignores it; one of your own begins with x-");
        }
        var version = EventSchema.Version.of(compiled);
        String missing = version.fields().requiredWithoutProperty();
        if (missing != null) {
            throw new IllegalArgumentException(
                    "required has " + missing + ", which is not in properties: no event could have it");
        }
        return version;
    }

    /** Names the reference to another file, which the validator can't resolve, and does not name. */
    private static void initialize(JsonSchema compiled, JsonNode source) {
        try {
            compiled.initializeValidators();
        } catch (RuntimeException e) {
            if (!(NestedExceptionUtils.getMostSpecificCause(e) instanceof IOException)) {
                throw e;
            }
            String other = source.findValuesAsText("$ref").stream()
                    .filter(ref -> !ref.startsWith("#"))
                    .findFirst()
                    .orElse("");
            throw new IllegalArgumentException("$ref " + other
                    + " can't be read; put what it refers to into this file, such as #/definitions/address");
        }
    }

    /** Rejects what is no JSON Schema: a misspelt type would reject every value, other mistakes would be ignored. */
    private static void requireSyntax(JsonSchema compiled, JsonNode source) {
        var context = compiled.getValidationContext();
        var wrong = context
                .getJsonSchemaFactory()
                .getSchema(SchemaLocation.of(context.getMetaSchema().getIri()))
                .validate(source)
                .stream()
                .filter(error -> error.getInstanceLocation().getNameCount() > 0)
                .map(EventSchemas::reason)
                .collect(Collectors.toCollection(TreeSet::new));
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", wrong));
        }
        JsonNode keywords = source.deepCopy();
        VALUES.forEach(name -> keywords.findParents(name).forEach(field -> ((ObjectNode) field).remove(name)));
        for (JsonNode field : keywords.findParents("format")) {
            String format = field.path("format").asText();
            String meant = FORMATS.get(format.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", ""));
            if (meant != null && !meant.equals(format)) {
                throw new IllegalArgumentException(
                        "JSON Schema has no format " + format + ", and ignores it; write " + meant);
            }
        }
    }

    private static String reason(ValidationMessage error) {
        var at = error.getInstanceLocation();
        String path = at.toString();
        return "type".equals(at.getName(-1))
                ? error.getInstanceNode() + " is no type of JSON"
                : path.replaceFirst("^\\$\\.", "") + ": " + error.getMessage().replace(path + ": ", "");
    }

    /** Loader for the {@code json-validator} steps of user routes. */
    @Override
    public JsonSchema createSchema(CamelContext context, String uri) {
        return of(uri).version().compiled();
    }
}
