package io.textonce.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Last valid version of one schema. A file that has an error, or is deleted while routes use it, changes nothing. As
 * long as no version was valid, its events are transient failures and never their sender's fault.
 */
public final class EventSchema {

    private volatile @Nullable Version good;

    EventSchema(@Nullable Version first) {
        good = first;
    }

    void become(Version next) {
        good = next;
    }

    boolean isGood() {
        return good != null;
    }

    /**
     * Returns the schema as its file has it.
     *
     * @throws EventRejected as long as no version was good
     */
    public JsonNode source() {
        return version().compiled().getSchemaNode();
    }

    /** @throws EventRejected as long as no version was good */
    Version version() {
        var version = good;
        if (version == null) {
            throw new EventRejected(
                    503,
                    "try_again",
                    "The schema of this event has an error. Nothing was sent; retry once an operator has fixed it.");
        }
        return version;
    }

    /**
     * Compiled version of a schema.
     *
     * @param reference the field that people call the event's subject by, or null
     */
    record Version(
            JsonSchema compiled,
            FieldNames fields,
            @Nullable String reference) {

        static Version of(JsonSchema compiled) {
            var source = compiled.getSchemaNode();
            String reference = source.path("properties").properties().stream()
                    .filter(property ->
                            property.getValue().path(SchemaCompiler.REFERENCE).asBoolean())
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse(null);
            return new Version(compiled, new FieldNames(source), reference);
        }
    }
}
