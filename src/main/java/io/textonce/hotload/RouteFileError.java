package io.textonce.hotload;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.textonce.event.LineError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.language.simple.types.SimpleIllegalSyntaxException;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/**
 * Error of a route file, in words for its author.
 *
 * @param line counts from 1; 0 if unknown
 */
record RouteFileError(int line, String reason) {

    private static final String NO_WORD = "[^A-Za-z0-9_-]+";
    private static final Pattern SYNTAX =
            Pattern.compile("(?:expected|mapping values|found|but found).*", Pattern.DOTALL);
    private static final Pattern PROSE = Pattern.compile("\\s*(#|description:|note:)");

    /** Translations of the messages of Camel and its parsers. */
    private static final Map<Pattern, String> WORDS = new LinkedHashMap<>();

    static {
        words("Unknown node id: (\\S+).*", "there is no step or element called $1");
        words("Unsupported field: (\\S+).*", "there is no option $1 here");
        words("No bean could be found in the registry for: (\\S+).*", "there is no bean $1");
        words("No endpoint could be found for: ([a-z0-9+.-]+):.*", "there is no component $1; " + MissingJar.ADVICE);
        words("No language could be found for: (\\S+).*", "there is no language $1; " + MissingJar.ADVICE);
        words("Data format '([^']+)' could not be created.*", "there is no data format $1; " + MissingJar.ADVICE);
        words("Cannot find resource: (?:\\S*/)?(\\S+) for URI: .*", "there is no file $1");
        words("Resource not found: (?:\\S*/)?(\\S+)", "there is no file $1");
        words("(?:\\S*/)?(\\S+) does not exist", "there is no file $1");
        words("Property with key \\[([^]]+)].*", "there is no setting $1");
        words("Route template (\\S+) the following mandatory parameters must be provided: (.*)", "$1 needs $2");
        words(".*Unknown parameters=\\[\\{(.*)}]", "there is no parameter $1");
        words("Failed to start route: .* Duplicate id detected: (\\S+)\\. .*", "the id $1 is there twice");
        words("messagingServiceSid must be (.*)", "messagingService must be $1");
        words(
                "Cannot invoke \"org\\.apache\\.camel\\.model\\.language\\.ExpressionDefinition.*",
                "a step or a when of a choice has no expression");
        words("variableName must be specified", "setVariable needs a name");
        words(
                "Cannot find camel-resilience4j or .*",
                "circuitBreaker: there is no component resilience4j; " + MissingJar.ADVICE);
        words("(\\S+)\\.<init>\\(\\)", "$1 needs constructors");
        words("Resource is empty.*", "the file is empty");
        words("Unable to parse resource: .*", "the file holds no route; it must begin with - route:");
    }

    private static void words(String said, String meant) {
        WORDS.put(Pattern.compile(said, Pattern.DOTALL), meant);
    }

    /** @param text of the file, in which the line is searched if the failure has none */
    static RouteFileError of(Throwable thrown, String text) {
        Throwable deepest = thrown;
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            deepest = cause;
            if (cause instanceof LineError error) {
                return new RouteFileError(error.line(), String.valueOf(error.getMessage()));
            }
            if (cause instanceof MarkedYamlEngineException yaml) {
                int line = yaml.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
                String problem = String.valueOf(yaml.getProblem());
                return new RouteFileError(
                        line,
                        SYNTAX.matcher(problem).matches()
                                ? "the file is not YAML: " + problem + "; check the indentation and the brackets"
                                : meaning(problem));
            }
            if (cause instanceof SimpleIllegalSyntaxException simple) {
                String reason = "the simple expression is not valid: " + firstLine(simple.getMessage());
                return new RouteFileError(lineWith(simple.getExpression(), text), reason);
            }
            if (cause instanceof InvalidQuery query) {
                return ofQuery(query, text);
            }
            if (cause instanceof ClassNotFoundException) {
                String name = String.valueOf(cause.getMessage());
                return new RouteFileError(
                        lineWith(name, text),
                        "there is no class " + name + "; put its jar into the folder lib, and start again");
            }
            if (cause instanceof JsonProcessingException json) {
                int line = json.getLocation() == null ? 0 : json.getLocation().getLineNr();
                return new RouteFileError(line, "the file is not JSON: " + json.getOriginalMessage());
            }
        }
        String said = deepest.getMessage() == null ? deepest.getClass().getSimpleName() : deepest.getMessage();
        String reason = meaning(said.strip());
        return new RouteFileError(lineOf(reason, text), reason);
    }

    /** Returns the error of a query, at its line in the route file, or at that which names its own file. */
    private static RouteFileError ofQuery(InvalidQuery failure, String text) {
        String expression = "the " + failure.language() + " expression";
        String reason = "is not valid: " + failure.getMessage();
        if (!failure.file().isEmpty()) {
            return new RouteFileError(
                    lineWith(failure.file(), text),
                    expression + " in " + failure.file()
                            + (failure.line() == 0 ? " " : ", line " + failure.line() + ", ") + reason);
        }
        int line = lineWith(firstLine(failure.query()), text);
        return new RouteFileError(line == 0 ? 0 : line + Math.max(0, failure.line() - 1), expression + " " + reason);
    }

    private static String firstLine(String text) {
        return text.strip().lines().findFirst().orElse("");
    }

    /** Returns the first line with the beginning of a part, or 0. */
    private static int lineWith(String part, String text) {
        var lines = part.isBlank() ? List.<String>of() : text.lines().toList();
        return 1
                + IntStream.range(0, lines.size())
                        .filter(i -> lines.get(i).contains(firstLine(part)))
                        .findFirst()
                        .orElse(-1);
    }

    private static String meaning(String said) {
        for (var words : WORDS.entrySet()) {
            var matcher = words.getKey().matcher(said);
            if (matcher.matches()) {
                return MissingJar.fill(matcher.replaceFirst(words.getValue()));
            }
        }
        return said;
    }

    /** Returns the line with the rarest word of the reason; of equally rare ones the last. Prose has no errors. */
    private static int lineOf(String reason, String text) {
        List<List<String>> lines = text.lines().map(RouteFileError::words).toList();
        return Stream.of(reason.split(NO_WORD))
                .filter(word -> word.length() > 2)
                .map(word -> linesWith(word, lines))
                .filter(found -> !found.isEmpty())
                .min(Comparator.comparingInt((List<Integer> found) -> found.size())
                        .thenComparing(found -> -found.get(0)))
                .map(found -> found.get(0))
                .orElse(0);
    }

    private static List<String> words(String line) {
        return PROSE.matcher(line).lookingAt() ? List.of() : List.of(line.split(NO_WORD));
    }

    private static List<Integer> linesWith(String word, List<List<String>> lines) {
        var found = new ArrayList<Integer>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(word)) {
                found.add(i + 1);
            }
        }
        return found;
    }

    @Override
    public String toString() {
        return (line == 0 ? "" : "line " + line + ": ") + reason;
    }
}
