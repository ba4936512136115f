package io.textonce.intake.file;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fields of an event as its JSON schema names them, for a format that has no types and whose names people write by hand.
 *
 * @param types JSON types that the schema allows, by field; empty where it allows any
 * @param required fields without which no event is valid
 * @param spellings field by its name without case, blanks, underscores and hyphens, where that is unambiguous
 */
public record EventFields(Map<String, Set<String>> types, List<String> required, Map<String, String> spellings) {

    /** Fields of an unknown event: names and values stay as written. */
    public static final EventFields UNKNOWN = new EventFields(Map.of(), List.of(), Map.of());

    /** Keywords of schemas that always apply, and of all that may apply. */
    private static final List<String> ALWAYS = List.of("allOf");

    private static final List<String> CHOICES = List.of("allOf", "anyOf", "oneOf", "if", "then", "else");

    private static final Pattern INSIGNIFICANT = Pattern.compile("[\\s_\\-\\p{Z}\\p{Cf}]+");

    /** Maximum length of a number; a longer one is kept as text. */
    private static final int LONGEST_NUMBER = 40;

    public static EventFields of(JsonNode schema) {
        var types = new HashMap<String, Set<String>>();
        var spellings = new HashMap<String, String>();
        var ambiguous = new HashSet<String>();
        for (var part : parts(schema, schema, CHOICES)) {
            for (var property : part.path("properties").properties()) {
                types.computeIfAbsent(property.getKey(), name -> new HashSet<>())
                        .addAll(typesOf(schema, property.getValue()));
                String spelling = spelling(property.getKey());
                String other = spellings.put(spelling, property.getKey());
                if (other != null && !other.equals(property.getKey())) {
                    ambiguous.add(spelling);
                }
            }
        }
        spellings.keySet().removeAll(ambiguous);
        var required = new LinkedHashSet<String>();
        parts(schema, schema, ALWAYS)
                .forEach(part -> part.path("required").forEach(name -> required.add(name.asText())));
        return new EventFields(types, List.copyOf(required), spellings);
    }

    private static Set<String> typesOf(JsonNode root, JsonNode property) {
        var types = new HashSet<String>();
        for (var part : parts(root, property, CHOICES)) {
            var declared = part.path("type");
            if (declared.isTextual()) {
                types.add(declared.asText());
            }
            declared.forEach(type -> types.add(type.asText()));
            for (var value : part.path("enum")) {
                types.add(value.isTextual() ? "string" : value.isBoolean() ? "boolean" : "number");
            }
        }
        return types;
    }

    private static List<JsonNode> parts(JsonNode root, JsonNode schema, List<String> composed) {
        var parts = new ArrayList<JsonNode>();
        collect(root, schema, composed, parts);
        return parts;
    }

    /** Collects a schema and those of which it is composed, each once: one may contain itself. */
    private static void collect(JsonNode root, JsonNode schema, List<String> composed, List<JsonNode> parts) {
        if (schema.isArray()) {
            schema.forEach(part -> collect(root, part, composed, parts));
        } else if (schema.isObject() && parts.stream().noneMatch(part -> part == schema)) {
            parts.add(schema);
            composed.forEach(name -> collect(root, schema.path(name), composed, parts));
            String ref = schema.path("$ref").asText();
            if (ref.startsWith("#/")) {
                collect(root, root.at(ref.substring(1)), composed, parts);
            }
        }
    }

    private static String spelling(String name) {
        return INSIGNIFICANT.matcher(name).replaceAll("").toLowerCase(Locale.ROOT);
    }

    /** Returns the field that a name denotes, or null. */
    @Nullable
    String named(String name) {
        return types.containsKey(name) ? name : spellings.get(spelling(name));
    }

    /** Writes a field as the schema's type, if the text is of that type; else as text. */
    void write(JsonGenerator json, String field, String text) throws IOException {
        json.writeFieldName(field);
        var wanted = types.getOrDefault(field, Set.of());
        String value = text.strip();
        if (wanted.isEmpty() || wanted.contains("string")) {
            json.writeString(text);
        } else if (wanted.contains("boolean") && value.matches("(?i)true|false")) {
            json.writeBoolean(Boolean.parseBoolean(value));
        } else if (wanted.contains("number") || wanted.contains("integer")) {
            writeNumber(json, value, text);
        } else {
            json.writeString(text);
        }
    }

    private static void writeNumber(JsonGenerator json, String value, String text) throws IOException {
        try {
            if (value.length() <= LONGEST_NUMBER) {
                json.writeNumber(new BigDecimal(value));
                return;
            }
        } catch (NumberFormatException e) {
            // The schema check reports the error.
        }
        json.writeString(text);
    }
}
