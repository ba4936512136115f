package io.textonce.hotload;

import io.textonce.event.LineError;
import java.util.regex.Pattern;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.exception.JsonQueryException;
import net.thisptr.jackson.jq.internal.javacc.ExpressionParser;
import net.thisptr.jackson.jq.internal.javacc.TokenMgrError;
import org.apache.camel.Expression;
import org.apache.camel.Predicate;
import org.apache.camel.language.jq.JqLanguage;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Language jq that rejects a query with an unknown function or variable when its route is loaded, and names the file. */
@Component("jq-language")
final class CheckedJq extends JqLanguage {

    private static final Pattern COMMENT = Pattern.compile("#.*");
    private static final Pattern LINE = Pattern.compile("line (\\d+)");

    @Override
    public Expression createExpression(String text, Object @Nullable [] properties) {
        return InvalidQuery.named(text, () -> super.createExpression(text, properties));
    }

    @Override
    public Predicate createPredicate(String text, Object @Nullable [] properties) {
        return InvalidQuery.named(text, () -> super.createPredicate(text, properties));
    }

    @Override
    public Expression createExpression(@Nullable Expression source, String query, Object @Nullable [] properties) {
        try {
            var unknown = new JqNames(ExpressionParser.compile(query, Versions.JQ_1_7)).unknown(getRootScope());
            if (unknown != null) {
                throw new InvalidQuery("jq", query, lineOf(unknown.name(), query), unknown.reason());
            }
        } catch (JsonQueryException | TokenMgrError e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            var line = LINE.matcher(String.valueOf(reason.getMessage()));
            throw new InvalidQuery(
                    "jq",
                    query,
                    line.find() ? Integer.parseInt(line.group(1)) : 1,
                    String.valueOf(reason.getMessage())
                            .strip()
                            .lines()
                            .findFirst()
                            .orElse("it can't be parsed"));
        }
        return super.createExpression(source, query, properties);
    }

    private static int lineOf(String name, String query) {
        String code = COMMENT.matcher(query)
                .replaceAll(comment -> " ".repeat(comment.group().length()));
        var found = Pattern.compile("(?<![\\w.$@])" + Pattern.quote(name) + "(?!\\w)")
                .matcher(code);
        return found.find() ? LineError.lineAt(query, found.start()) : 1;
    }
}
