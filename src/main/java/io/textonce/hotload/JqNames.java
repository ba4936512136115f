package io.textonce.hotload;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.IntStream;
import net.thisptr.jackson.jq.Expression;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.internal.misc.Pair;
import net.thisptr.jackson.jq.internal.tree.FormattingFilter;
import net.thisptr.jackson.jq.internal.tree.FunctionCall;
import net.thisptr.jackson.jq.internal.tree.FunctionDefinition;
import net.thisptr.jackson.jq.internal.tree.ImportStatement;
import net.thisptr.jackson.jq.internal.tree.VariableAccess;
import net.thisptr.jackson.jq.internal.tree.VariableKeyFieldConstruction;
import net.thisptr.jackson.jq.internal.tree.literal.StringLiteral;
import net.thisptr.jackson.jq.internal.tree.matcher.matchers.ObjectMatcher;
import net.thisptr.jackson.jq.internal.tree.matcher.matchers.ValueMatcher;
import org.jspecify.annotations.Nullable;

/**
 * Names that a jq query uses and defines. jackson-jq resolves them when it evaluates, so that only an event would find a
 * misspelt one. The parsed query is private to the library, hence the reflection; what is defined anywhere in the query
 * counts as known everywhere in it.
 */
final class JqNames {

    private static final String LIBRARY = "net.thisptr.jackson.jq.";
    private static final int MOST_ARGUMENTS = 7;

    private final Set<String> functions = new LinkedHashSet<>();
    private final Set<String> variables = new LinkedHashSet<>();
    private final Set<String> formats = new LinkedHashSet<>();
    private final Set<String> ownFunctions = new HashSet<>();
    private final Set<String> ownVariables = new HashSet<>();
    private boolean imports;

    JqNames(Expression query) {
        collect(query);
    }

    /** Returns the first name that neither the query nor the scope defines, or null. */
    @Nullable
    Unknown unknown(Scope scope) {
        if (imports) {
            return null;
        }
        for (String function : functions) {
            String name = function.substring(0, function.lastIndexOf('/'));
            int arguments = Integer.parseInt(function.substring(name.length() + 1));
            if (!ownFunctions.contains(function) && scope.getFunction(name, arguments) == null) {
                boolean isOtherwise = IntStream.range(0, MOST_ARGUMENTS)
                        .anyMatch(count ->
                                ownFunctions.contains(name + "/" + count) || scope.getFunction(name, count) != null);
                return new Unknown(
                        name,
                        isOtherwise
                                ? "the function " + name + " does not take " + arguments + " arguments"
                                : "jackson-jq has no function " + name);
            }
        }
        for (String variable : variables) {
            if (!ownVariables.contains(variable) && scope.getValue(variable) == null) {
                return new Unknown("$" + variable, "there is no variable $" + variable);
            }
        }
        return formats.stream()
                .filter(format -> scope.getFunction("@" + format, 0) == null)
                .findFirst()
                .map(format -> new Unknown("@" + format, "there is no format @" + format))
                .orElse(null);
    }

    private void collect(@Nullable Object node) {
        if (node instanceof Collection<?> nodes) {
            nodes.forEach(this::collect);
        } else if (node instanceof Pair<?, ?> pair) {
            collect(pair._1);
            collect(pair._2);
        } else if (node != null && node.getClass().getName().startsWith(LIBRARY)) {
            read(node);
            for (Class<?> type = node.getClass(); type != Object.class && !type.isEnum(); type = type.getSuperclass()) {
                for (Field field : type.getDeclaredFields()) {
                    if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
                        collect(value(node, field));
                    }
                }
            }
        }
    }

    private void read(Object node) {
        if (node instanceof FunctionCall && value(node, "moduleName") == null) {
            functions.add(value(node, "name") + "/" + ((Collection<?>) value(node, "args")).size());
        } else if (node instanceof FunctionDefinition) {
            var parameters = (Collection<?>) value(node, "args");
            ownFunctions.add(value(node, "fname") + "/" + parameters.size());
            for (Object parameter : parameters) {
                String name = parameter.toString().replaceFirst("^\\$", "");
                ownFunctions.add(name + "/0");
                ownVariables.add(name);
            }
        } else if (node instanceof VariableAccess && value(node, "moduleName") == null
                || node instanceof VariableKeyFieldConstruction) {
            variables.add(String.valueOf(value(node, "name")));
        } else if (node instanceof FormattingFilter) {
            formats.add(String.valueOf(value(node, "name")));
        } else if (node instanceof ValueMatcher) {
            ownVariables.add(String.valueOf(value(node, "name")));
        } else if (node instanceof ObjectMatcher.FieldMatcher && value(node, "name") instanceof StringLiteral name) {
            ownVariables.add(name.value().asText());
        } else if (node instanceof ImportStatement) {
            imports = true;
        }
    }

    private static @Nullable Object value(Object node, String field) {
        try {
            return value(node, node.getClass().getDeclaredField(field));
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("This version of jackson-jq is unknown", e);
        }
    }

    private static @Nullable Object value(Object node, Field field) {
        try {
            field.setAccessible(true);
            return field.get(node);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("This version of jackson-jq is unknown", e);
        }
    }

    /** Name that is not defined. */
    record Unknown(String name, String reason) {}
}
