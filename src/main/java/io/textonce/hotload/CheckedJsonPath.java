package io.textonce.hotload;

import com.jayway.jsonpath.InvalidPathException;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.internal.function.PathFunctionFactory;
import java.util.regex.Pattern;
import org.apache.camel.Expression;
import org.apache.camel.Predicate;
import org.apache.camel.jsonpath.JsonPathExpression;
import org.apache.camel.jsonpath.JsonPathLanguage;
import org.apache.camel.jsonpath.easypredicate.EasyPredicateParser;
import org.apache.camel.support.ExpressionAdapter;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Language JSONPath that rejects an invalid path when its route is loaded: Camel compiles it with the first event. */
@Component("jsonpath-language")
final class CheckedJsonPath extends JsonPathLanguage {

    /** Strings and regular expressions, in which a function is none. */
    private static final Pattern LITERAL =
            Pattern.compile("'(?:\\\\.|[^'\\\\])*'|\"(?:\\\\.|[^\"\\\\])*\"|(?<==~)\\s*/(?:\\\\.|[^/\\\\])*/");

    private static final Pattern FUNCTION = Pattern.compile("\\.(\\w+)\\(");

    @Override
    public Expression createExpression(String text, Object @Nullable [] properties) {
        return InvalidQuery.named(text, () -> super.createExpression(text, properties));
    }

    @Override
    public Predicate createPredicate(String text, Object @Nullable [] properties) {
        return InvalidQuery.named(text, () -> super.createPredicate(text, properties));
    }

    @Override
    protected ExpressionAdapter doCreateJsonPathExpression(
            @Nullable Expression source, String path, Object @Nullable [] properties, boolean isPredicate) {
        try {
            var created = super.doCreateJsonPathExpression(source, path, properties, isPredicate);
            var options = (JsonPathExpression) created;
            // A path with a simple expression in it is another one for each event.
            if (!options.isAllowSimple() || !path.contains("${")) {
                boolean isEasy = isPredicate && options.isAllowEasyPredicate();
                requireValid(isEasy ? new EasyPredicateParser().parse(path) : path);
            }
            return created;
        } catch (InvalidPathException e) {
            throw new InvalidQuery("jsonpath", path, 0, String.valueOf(e.getMessage()));
        }
    }

    /** Compiles a path. The compiler ignores an open bracket at the end, and leaves functions to the first evaluation. */
    private static void requireValid(String path) {
        JsonPath.compile(path);
        String code = LITERAL.matcher(path).replaceAll("''");
        if (code.strip().endsWith("[")) {
            throw new InvalidPathException("the path ends with an open bracket");
        }
        FUNCTION.matcher(code).results().map(call -> call.group(1)).forEach(name -> {
            if (!PathFunctionFactory.FUNCTIONS.containsKey(name)) {
                throw new InvalidPathException("there is no function " + name);
            }
        });
    }
}
