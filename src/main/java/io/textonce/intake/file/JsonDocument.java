package io.textonce.intake.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reader of one object, or of an array of objects one at a time. Each element becomes one line of JSON, with its names
 * and numbers as written, and is then processed like a line of a {@code .jsonl} file. At a syntax error all elements
 * before it have been returned, and the rest is not read. ({@code #} begins a comment.)
 */
final class JsonDocument implements Records {

    /**
     * Maximum length of a text; a longer one could not be skipped without being held in memory, so it is a syntax
     * error.
     */
    private static final int MAX_TEXT = 16 * Lines.LIMIT;

    // Names are neither interned nor kept: a file may have a million different ones.
    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .enable(JsonReadFeature.ALLOW_YAML_COMMENTS)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxStringLength(MAX_TEXT).build())
            .build();

    private final JsonParser parser;
    private boolean started;
    private boolean array;
    private long number;

    JsonDocument(InputStream in) throws IOException {
        parser = JSON.createParser(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
    }

    @Override
    public @Nullable EventLine next() throws IOException {
        try {
            return started ? following() : first();
        } catch (JsonProcessingException e) {
            return EventLine.wholeFile(number, "the JSON is broken in element " + number + where(e.getLocation()));
        } catch (CharacterCodingException e) {
            return EventLine.wholeFile(
                    number, "the file is not UTF-8; nothing was read from element " + number + " on");
        }
    }

    private @Nullable EventLine first() throws IOException {
        started = true;
        number = 1;
        JsonToken token = parser.nextToken();
        if (token == null) {
            return null;
        }
        array = token == JsonToken.START_ARRAY;
        if (array) {
            number = 0;
            return following();
        }
        return token == JsonToken.START_OBJECT
                ? element()
                : EventLine.wholeFile(number, "the file holds neither a JSON object nor an array of objects");
    }

    private @Nullable EventLine following() throws IOException {
        number++;
        JsonToken token = parser.nextToken();
        if (array && token != JsonToken.END_ARRAY) {
            return element();
        }
        if (array) {
            array = false;
            token = parser.nextToken();
        }
        return token == null
                ? null
                : EventLine.wholeFile(
                        number, "there is more after the end of the JSON" + where(parser.currentTokenLocation()));
    }

    private EventLine element() throws IOException {
        var out = new ByteArrayOutputStream(512);
        boolean tooLong = false;
        try (JsonGenerator generator = JSON.createGenerator(out)) {
            generator.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);
            // From the surrogates on as \\u escapes: half a pair, which JSON can spell and UTF-8 cannot, stays what it
            // was.
            generator.setHighestNonEscapedChar(Character.MIN_SURROGATE - 1);
            int depth = 0;
            while (true) {
                JsonToken token = parser.currentToken();
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (!tooLong) {
                    copy(token, generator);
                    tooLong = out.size() > Lines.LIMIT;
                }
                if (depth == 0) {
                    break;
                }
                if (parser.nextToken() == null) {
                    throw new IllegalStateException("An element cannot end before its brackets do");
                }
            }
        }
        return tooLong || out.size() > Lines.LIMIT
                ? EventLine.tooLong(number)
                : StrictJson.read(number, out.toByteArray());
    }

    private void copy(JsonToken token, JsonGenerator generator) throws IOException {
        if (token.isNumeric()) {
            // As it was written: 1.10 and numbers beyond double.
            generator.writeNumber(parser.getText());
        } else {
            generator.copyCurrentEvent(parser);
        }
    }

    private static String where(@Nullable JsonLocation location) {
        return (location == null ? "" : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")")
                + "; nothing was read from there on";
    }
}
