package io.textonce.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Vocabulary of an event: the names in its schema and those of every event. A name that is nearly one of them, such as
 * {@code send_at}, is rejected: if it were ignored, a message planned for December would be sent now.
 */
final class FieldNames {

    /** Fields of every event, in its schema or not. */
    private static final Set<String> COMMON = Set.of(
            "eventId",
            "phone",
            "consentAt",
            "consentSource",
            "sendAt",
            "expiresAt",
            "ttl",
            "timeZone",
            "locale",
            "contentVariables");

    /** Differences that are ignored: blanks and invisible characters, hyphens, underscores, case. */
    private static final Pattern VARIED = Pattern.compile("[\\p{Z}\\p{C}_-]");

    /** Parts that may apply to every event. */
    private static final List<String> ALWAYS = List.of("allOf", "anyOf", "oneOf", "items");

    private static final List<String> PARTS = List.of("allOf", "anyOf", "oneOf", "if", "then", "else", "items");

    private final Level level;

    FieldNames(JsonNode schema) {
        level = new Level(schema, List.of(schema), List.of(schema), COMMON);
    }

    /**
     * Removes optional fields that are null: they count as absent.
     *
     * @throws EventRejected when a field has nearly the name of another
     */
    void check(JsonNode event) {
        level.check(event);
    }

    /** Returns whether a path such as {@code order.id} leads to a field of the schema, or to where any field is allowed. */
    boolean knows(String path) {
        return level.knows(List.of(path.split("\\.")));
    }

    /**
     * Returns a required field that is not among the properties, if the schema lists them all, or null. What a condition
     * requires may be a field that no event has.
     */
    @Nullable
    String requiredWithoutProperty() {
        return level.requiredWithoutProperty(new HashSet<>());
    }

    /** Returns a name without the ignored differences. */
    private static String plain(String name) {
        return VARIED.matcher(name).replaceAll("").toLowerCase(Locale.ROOT);
    }

    /** Fields of one object of the schema. Those of nested objects are resolved when an event has them. */
    private static final class Level {

        private final JsonNode root;
        private final Set<String> required = new HashSet<>();
        private final Map<String, String> byPlainName = new HashMap<>();
        private final Set<String> alwaysRequired = new LinkedHashSet<>();
        private final Map<String, List<JsonNode>> schemas = new LinkedHashMap<>();
        private final Map<String, List<JsonNode>> alwaysSchemas = new HashMap<>();
        private final Map<String, Level> inner = new ConcurrentHashMap<>();
        private boolean isOpen;

        /** @param always those of the schemas that apply without a condition */
        Level(JsonNode root, List<JsonNode> schemas, List<JsonNode> always, Set<String> more) {
            this.root = root;
            read(parts(always, ALWAYS), alwaysRequired, alwaysSchemas);
            var parts = parts(schemas, PARTS);
            read(parts, required, this.schemas);
            for (JsonNode part : parts) {
                isOpen |= part.has("patternProperties")
                        || part.path("additionalProperties").asBoolean()
                        || part.path("additionalProperties").isObject()
                        || part.has("$ref") && !part.get("$ref").asText().startsWith("#/");
            }
            more.forEach(name -> byPlainName.put(plain(name), name));
            this.schemas.keySet().forEach(name -> byPlainName.put(plain(name), name));
        }

        private static void read(List<JsonNode> parts, Set<String> required, Map<String, List<JsonNode>> schemas) {
            for (JsonNode part : parts) {
                part.path("required").forEach(name -> required.add(name.asText()));
                part.path("properties")
                        .properties()
                        .forEach(property -> schemas.computeIfAbsent(property.getKey(), name -> new ArrayList<>())
                                .add(property.getValue()));
            }
        }

        private List<JsonNode> parts(List<JsonNode> schemas, List<String> keywords) {
            var parts = new ArrayList<JsonNode>();
            schemas.forEach(schema -> collect(schema, keywords, parts));
            return parts;
        }

        /** Collects all parts of a composed schema, and the items of an array. */
        private void collect(JsonNode schema, List<String> keywords, List<JsonNode> parts) {
            if (schema.isArray()) {
                schema.forEach(part -> collect(part, keywords, parts));
            } else if (schema.isObject() && parts.stream().noneMatch(part -> part == schema)) {
                parts.add(schema);
                keywords.forEach(name -> collect(schema.path(name), keywords, parts));
                String ref = schema.path("$ref").asText();
                if (ref.startsWith("#/")) {
                    collect(root.at(ref.substring(1)), keywords, parts);
                }
            }
        }

        void check(JsonNode value) {
            if (value.isArray()) {
                value.forEach(this::check);
            } else if (value instanceof ObjectNode object) {
                object.properties().removeIf(field -> field.getValue().isNull() && !required.contains(field.getKey()));
                requireNoNearName(object);
                schemas.keySet().forEach(name -> {
                    if (object.path(name).isContainerNode()) {
                        inner(name).check(object.get(name));
                    }
                });
            }
        }

        boolean knows(List<String> path) {
            String name = path.get(0);
            if (isOpen || schemas.isEmpty()) {
                return true;
            }
            if (!schemas.containsKey(name)) {
                return name.equals(byPlainName.get(plain(name))) || required.contains(name);
            }
            return path.size() == 1 || inner(name).knows(path.subList(1, path.size()));
        }

        /** @param checked fields, by their schemas: those of a tree contain themselves */
        @Nullable
        String requiredWithoutProperty(Set<List<JsonNode>> checked) {
            if (!isOpen && !schemas.isEmpty()) {
                for (String name : alwaysRequired) {
                    if (!schemas.containsKey(name) && !name.equals(byPlainName.get(plain(name)))) {
                        return name;
                    }
                }
            }
            return schemas.entrySet().stream()
                    .filter(field -> checked.add(field.getValue()))
                    .map(field -> inner(field.getKey()).requiredWithoutProperty(checked))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
        }

        private Level inner(String name) {
            return inner.computeIfAbsent(
                    name,
                    key -> new Level(root, schemas.get(key), alwaysSchemas.getOrDefault(key, List.of()), Set.of()));
        }

        private void requireNoNearName(ObjectNode object) {
            var wrong = new LinkedHashMap<String, List<String>>();
            object.fieldNames().forEachRemaining(name -> {
                String meant = schemas.containsKey(name) ? null : byPlainName.get(plain(name));
                if (meant != null && !meant.equals(name)) {
                    wrong.put(name, List.of("is not a field of this event; the field is named " + meant));
                }
            });
            if (!wrong.isEmpty()) {
                throw EventRejected.ofFields(wrong);
            }
        }
    }
}
