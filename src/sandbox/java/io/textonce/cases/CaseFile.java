package io.textonce.cases;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.textonce.event.EventName;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Case as written by its author, for whom every error is worded. */
final class CaseFile {

    private static final Set<String> DOORS = Set.of("post", "publish", "drop", "sql");

    private static final ObjectMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());
    private static final Pattern STAND_IN = Pattern.compile("\\$(?:(?:id|phone)\\d?|in\\d{1,3}[hd]|afternoon)");

    private final JsonNode tree;

    /**
     * @param text of the file
     * @param standIns what takes the place of {@code $id}, {@code $phone2}, {@code $in3h} and the like
     * @throws IllegalArgumentException saying what is wrong
     */
    CaseFile(String text, UnaryOperator<String> standIns) {
        try {
            tree = replaced(YAML.readTree(text), standIns);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "line " + e.getLocation().getLineNr() + " is not YAML: " + e.getOriginalMessage(), e);
        }
        only(tree, "the case", Set.of("name", "given", "when", "then"));
        only(given(), "given", Set.of("twilio"));
        only(then(), "then", Set.of("answers", "rejected", "texts", "status", "segments"));
        requireList("answers", "HTTP statuses, such as [202, 200]", JsonNode::isInt);
        requireList("texts", "messages, each with to and text; [] for none", JsonNode::isObject);
        then().path("texts").forEach(message -> only(message, "a message of texts", Set.of("to", "text")));
        if (tree.path("name").asText().isBlank()) {
            throw new IllegalArgumentException("name is missing: say what is true, as a sentence");
        }
        if (then().isEmpty()) {
            throw new IllegalArgumentException("then is missing: say what must come of it");
        }
        if (steps().isEmpty()) {
            throw new IllegalArgumentException("when is missing: say what happens, as a list");
        }
        steps().forEach(CaseFile::checkStep);
        if (!steps().get(0).has("body") && !steps().get(0).has("sql")) {
            throw new IllegalArgumentException("the first step of when needs a body: the event's fields");
        }
    }

    private void requireList(String name, String content, Predicate<JsonNode> isElement) {
        var list = then().path(name);
        if (!list.isMissingNode()
                && !(list.isArray()
                        && StreamSupport.stream(list.spliterator(), false).allMatch(isElement))) {
            throw new IllegalArgumentException(name + " must be a list of " + content);
        }
    }

    private static JsonNode replaced(JsonNode node, UnaryOperator<String> standIns) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(field -> field.setValue(replaced(field.getValue(), standIns)));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, replaced(array.get(i), standIns));
            }
        } else if (node.isTextual()) {
            return TextNode.valueOf(STAND_IN.matcher(node.textValue())
                    .replaceAll(match -> Matcher.quoteReplacement(standIns.apply(match.group()))));
        }
        return node;
    }

    private static void checkStep(JsonNode step) {
        only(step, "a step of when", Set.of("post", "publish", "drop", "sql", "times", "body", "charset"));
        if (DOORS.stream().filter(step::has).count() != 1) {
            throw new IllegalArgumentException(
                    "a step of when needs one of post, publish or drop, with an event's name, or sql with a statement");
        }
        if (step.has("charset")
                && !(step.has("drop") && isCharset(step.get("charset").asText()))) {
            throw new IllegalArgumentException("charset is that of a drop, such as windows-1252");
        }
        if (step.has("times") && step.get("times").asInt() < 1) {
            throw new IllegalArgumentException("times must be a number from 1");
        }
        if (step.has("body") && !step.get("body").isObject() && isEvent(step)) {
            throw new IllegalArgumentException("the body of a step must be the event's fields");
        }
    }

    private static boolean isCharset(String name) {
        try {
            return Charset.isSupported(name);
        } catch (IllegalCharsetNameException e) {
            return false;
        }
    }

    /** Returns whether a step names an event; for a route of the user's it has a path, a queue, a file or a statement. */
    static boolean isEvent(JsonNode step) {
        return DOORS.stream()
                .filter(step::has)
                .allMatch(door -> EventName.isValid(step.get(door).asText()));
    }

    private static void only(JsonNode node, String where, Set<String> known) {
        node.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        where + " has no " + name + "; known are " + String.join(", ", new TreeSet<>(known)));
            }
        });
    }

    String name() {
        return tree.path("name").asText();
    }

    private JsonNode given() {
        return tree.path("given");
    }

    String twilio() {
        return given().path("twilio").asText("accepts");
    }

    /** Returns the steps in order. A step without a body takes that of the step before. */
    List<JsonNode> steps() {
        var steps = new ArrayList<JsonNode>();
        for (JsonNode step : tree.path("when")) {
            if (step instanceof ObjectNode object && !step.has("body") && !steps.isEmpty()) {
                object.set("body", steps.get(steps.size() - 1).get("body"));
            }
            steps.add(step);
        }
        return steps;
    }

    /** Returns whether the case says how its events are received, so that one without a message may be rejected. */
    boolean listsFailure() {
        return Stream.of("answers", "rejected", "status").anyMatch(then()::has);
    }

    JsonNode then() {
        return tree.has("then") ? tree.get("then") : MissingNode.getInstance();
    }
}
