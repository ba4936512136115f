package io.textonce.hotload;

import io.textonce.event.LineError;
import io.textonce.message.TextLimits;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.model.ExpressionNode;
import org.apache.camel.model.MarshalDefinition;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.MulticastDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SetHeadersDefinition;
import org.apache.camel.model.SetVariableDefinition;
import org.apache.camel.model.SetVariablesDefinition;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.UnmarshalDefinition;
import org.apache.camel.model.language.ConstantExpression;
import org.apache.camel.model.language.ExpressionDefinition;
import org.apache.camel.model.language.SimpleExpression;
import org.jspecify.annotations.Nullable;

/**
 * Check that a route sets the text of its message, and no fixed one that can't be sent: every event would be rejected. A
 * step that runs code, or another route, may set the text unseen.
 */
final class TextSteps {

    /** Error of a text. */
    static final String ALWAYS_TOO_LONG =
            "the text is always longer than " + TextLimits.LONGEST + " characters, Twilio's limit";

    private static final String TEXT = "text";

    /** Beginnings of an expression's parts that are read elsewhere. */
    private static final Pattern DYNAMIC = Pattern.compile("^\\s*resource:|\\$|\\{\\{");

    /** Steps that set no variable by themselves. */
    private static final Set<String> WITHOUT_TEXT = Set.of(
            "choice",
            "convertBodyTo",
            "delay",
            "doCatch",
            "doFinally",
            "doTry",
            "filter",
            "idempotentConsumer",
            "log",
            "loop",
            "marshal",
            "multicast",
            "otherwise",
            "pipeline",
            "removeHeader",
            "removeHeaders",
            "removeProperties",
            "removeProperty",
            "removeVariable",
            "setBody",
            "setHeader",
            "setHeaders",
            "setProperty",
            "setVariable",
            "setVariables",
            "sort",
            "split",
            "step",
            "stop",
            "throttle",
            "throwException",
            "to",
            "transacted",
            "transform",
            "unmarshal",
            "validate",
            "when",
            "wireTap");

    /** Languages whose expressions run no code. */
    private static final Set<String> WITHOUT_CODE = Set.of(
            "constant",
            "exchangeProperty",
            "header",
            "jq",
            "jsonpath",
            "simple",
            "tokenize",
            "variable",
            "xpath",
            "xtokenize");

    /** Functions of the simple language that run code, or set a variable. */
    private static final Pattern CODE = Pattern.compile("bean:|setVariable");

    /** Endpoints that run code or another route, and those that a setting names. */
    private static final Pattern UNSEEN =
            Pattern.compile("(?:\\{\\{|(?:direct|bean|class|language|ref|script|kamelet)\\b).*");

    /** Shipped kamelets that set no text. */
    private static final Set<String> KAMELETS_WITHOUT_TEXT = Set.of(
            "api-response-action",
            "api-source",
            "appointment-time-action",
            "e164-action",
            "event-check-action",
            "public-source",
            "sms-send-sink",
            "twilio-webhook-source");

    private final ModelCamelContext camel;

    TextSteps(ModelCamelContext camel) {
        this.camel = camel;
    }

    /** @throws LineError at the step that sends a message without a text, or sets one that can't be sent */
    void check(RouteDefinition route) {
        boolean mayHaveText = mayComeWithText(route);
        var steps = ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class);
        boolean sendsText = steps.stream().anyMatch(step -> isSendWithout(step, "contentSid"));
        for (ProcessorDefinition<?> step : steps) {
            if (sendsText && texts(step).anyMatch(text -> text.length() > TextLimits.LONGEST)) {
                throw new LineError(lineOf(step), ALWAYS_TOO_LONG);
            }
            mayHaveText |= maySetText(step);
            if (!mayHaveText && isSendWithout(step, "contentSid", "media")) {
                throw new LineError(
                        lineOf(step),
                        "no step before it sets the text; add kamelet:sms-text-action, or setVariable with the name text");
            }
        }
    }

    private boolean mayComeWithText(RouteDefinition route) {
        var source = route.getInput();
        String direct = DirectCalls.name(camel, source.getEndpointUri());
        String kamelet = KameletCall.of(camel, source.getEndpointUri()).kamelet();
        return !direct.isEmpty() && !direct.startsWith(RouteFile.EVENT)
                || !kamelet.isEmpty() && !KAMELETS_WITHOUT_TEXT.contains(kamelet)
                || source.getEndpointUri().startsWith("{{")
                || isText(source.getVariableReceive());
    }

    /** Returns whether a step sends a message that has none of some parameters, which may take the place of a text. */
    private boolean isSendWithout(ProcessorDefinition<?> step, String... parameters) {
        if (!(step instanceof ToDefinition to)) {
            return false;
        }
        var call = KameletCall.of(camel, to.getUri());
        return call.kamelet().equals("sms-send-sink")
                && Stream.of(parameters).allMatch(name -> call.parameter(name).isBlank());
    }

    private boolean maySetText(ProcessorDefinition<?> step) {
        if (!WITHOUT_TEXT.contains(step.getShortName())
                || isText(received(step))
                || variables(step).stream()
                        .anyMatch(variable -> isText(variable.getName())
                                && !fixed(variable).map(String::isBlank).orElse(false))) {
            return true;
        }
        if (step instanceof ToDefinition to) {
            String kamelet = KameletCall.of(camel, to.getUri()).kamelet();
            return kamelet.isEmpty() ? UNSEEN.matcher(to.getUri()).matches() : !KAMELETS_WITHOUT_TEXT.contains(kamelet);
        }
        return isAggregated(step) || expressions(step).anyMatch(TextSteps::mayRunCode);
    }

    /** Returns whether code of the user makes the result of the parts of an event. */
    private static boolean isAggregated(ProcessorDefinition<?> step) {
        return step instanceof SplitDefinition split && split.getAggregationStrategy() != null
                || step instanceof MulticastDefinition copies && copies.getAggregationStrategy() != null;
    }

    private static Stream<ExpressionDefinition> expressions(ProcessorDefinition<?> step) {
        Stream<? extends ExpressionNode> nodes = step instanceof SetHeadersDefinition several
                ? several.getHeaders().stream()
                : step instanceof ExpressionNode one ? Stream.of(one) : variables(step).stream();
        return nodes.map(ExpressionNode::getExpression).filter(Objects::nonNull);
    }

    private static boolean mayRunCode(ExpressionDefinition expression) {
        return !WITHOUT_CODE.contains(expression.getLanguage())
                || CODE.matcher(String.valueOf(expression.getExpression())).find();
    }

    /** Returns whether it is the name of the variable, or one that each event computes. */
    private static boolean isText(@Nullable String variable) {
        return variable != null && (variable.equals(TEXT) || variable.contains("$") || variable.contains("{{"));
    }

    private static @Nullable String received(ProcessorDefinition<?> step) {
        if (step instanceof ToDefinition to) {
            return to.getVariableReceive();
        }
        if (step instanceof UnmarshalDefinition read) {
            return read.getVariableReceive();
        }
        return step instanceof MarshalDefinition write ? write.getVariableReceive() : null;
    }

    /** Returns the fixed texts that a step sets. */
    private static Stream<String> texts(ProcessorDefinition<?> step) {
        return variables(step).stream()
                .filter(variable -> TEXT.equals(variable.getName()))
                .flatMap(variable -> fixed(variable).stream());
    }

    /** Returns the value of a variable, if it is the same for every event. */
    private static Optional<String> fixed(SetVariableDefinition variable) {
        var expression = variable.getExpression();
        boolean isFixed = (expression instanceof ConstantExpression || expression instanceof SimpleExpression)
                && !DYNAMIC.matcher(expression.getExpression()).find();
        return isFixed ? Optional.of(expression.getExpression().strip()) : Optional.empty();
    }

    private static List<SetVariableDefinition> variables(ProcessorDefinition<?> step) {
        if (step instanceof SetVariableDefinition one) {
            return List.of(one);
        }
        return step instanceof SetVariablesDefinition several ? several.getVariables() : List.of();
    }

    /** Camel's loader counts lines from 0, and has -1 for an unknown one. */
    private static int lineOf(ProcessorDefinition<?> step) {
        return step.getLineNumber() + 1;
    }
}
