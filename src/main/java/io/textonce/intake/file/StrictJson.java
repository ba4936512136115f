package io.textonce.intake.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.textonce.event.Utf8Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Strict parser of an event: one object, no duplicate name, at most 32 levels deep, nothing after it. Problems have our
 * own words, since Jackson's quote the text, and the text contains phone numbers.
 */
final class StrictJson {

    private static final int MAX_DEPTH = 32;

    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .build();

    private StrictJson() {}

    /** A record whose JSON is these bytes: an event, or bad and why. */
    static EventLine read(long number, byte[] json) {
        String text = Utf8Text.orNull(json);
        String problem = text == null ? "is not UTF-8" : problemOf(text);
        return problem == null ? EventLine.event(number, json, json) : EventLine.bad(number, problem, json);
    }

    private static @Nullable String problemOf(String text) {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return "is not a JSON object";
            }
            parser.skipChildren();
            return parser.nextToken() == null ? null : "has content after the end of the object";
        } catch (StreamConstraintsException e) {
            return "is nested deeper than " + MAX_DEPTH + " levels, or has an overlong name or number";
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " at column " + e.getLocation().getColumnNr();
            // There is no exception of its own for this.
            return e.getOriginalMessage().startsWith("Duplicate")
                    ? "has a duplicate name" + where
                    : "is not valid JSON" + where;
        } catch (IOException e) {
            throw new UncheckedIOException("Reading from a String", e);
        }
    }
}
