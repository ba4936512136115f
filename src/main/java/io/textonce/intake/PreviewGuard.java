package io.textonce.intake;

import io.textonce.event.EventPermission;
import io.textonce.message.PreviewAware;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.model.BeanDefinition;
import org.apache.camel.model.ChoiceDefinition;
import org.apache.camel.model.ConvertBodyDefinition;
import org.apache.camel.model.ExpressionNode;
import org.apache.camel.model.FilterDefinition;
import org.apache.camel.model.LogDefinition;
import org.apache.camel.model.MarshalDefinition;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.OtherwiseDefinition;
import org.apache.camel.model.ProcessDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RemoveHeaderDefinition;
import org.apache.camel.model.RemoveHeadersDefinition;
import org.apache.camel.model.SetBodyDefinition;
import org.apache.camel.model.SetHeaderDefinition;
import org.apache.camel.model.SetPropertyDefinition;
import org.apache.camel.model.SetVariableDefinition;
import org.apache.camel.model.ThrowExceptionDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.TransformDefinition;
import org.apache.camel.model.UnmarshalDefinition;
import org.apache.camel.model.WhenDefinition;
import org.apache.camel.model.language.MethodCallExpression;
import org.jspecify.annotations.Nullable;

/**
 * Allow-list of the steps that a previewed event may pass: those that only compute, and the one that sends, which knows
 * previews. Any other step may have an effect, and its event has no preview; a step such as a bean that only computes says
 * so by an id that ends in {@value COMPUTES}.
 */
final class PreviewGuard {

    private static final Set<Class<?>> STEPS = Set.of(
            SetBodyDefinition.class,
            SetHeaderDefinition.class,
            SetPropertyDefinition.class,
            SetVariableDefinition.class,
            RemoveHeaderDefinition.class,
            RemoveHeadersDefinition.class,
            TransformDefinition.class,
            ConvertBodyDefinition.class,
            MarshalDefinition.class,
            UnmarshalDefinition.class,
            ChoiceDefinition.class,
            WhenDefinition.class,
            OtherwiseDefinition.class,
            FilterDefinition.class,
            LogDefinition.class,
            ThrowExceptionDefinition.class);

    private static final String ENDPOINTS = "(kamelet:(event-check-action|sms-text-action|appointment-time-action"
            + "|e164-action|sms-send-sink)|json-validator:|direct:(//)?(incident-send|sms-cancel)|mustache:|xslt:|xslt-saxon:|jslt:).*";

    /** End of the id of a step whose author declares that it only computes. */
    private static final String COMPUTES = "-compute";

    private PreviewGuard() {}

    /** Returns the id of the first step of a route that may have an effect, or null. */
    static @Nullable String effect(CamelContext camel, String route) {
        var definition = ((ModelCamelContext) camel).getRouteDefinition(route);
        return ProcessorDefinitionHelper.filterTypeInOutputs(definition.getOutputs(), ProcessorDefinition.class)
                .stream()
                .filter(step -> !isPure(camel, step))
                .map(step -> step.getId() == null ? step.getShortName() : step.getId())
                .findFirst()
                .orElse(null);
    }

    private static boolean isPure(CamelContext camel, ProcessorDefinition<?> step) {
        String id = step.getId();
        if (id != null && id.endsWith(COMPUTES)) {
            return true;
        }
        if (step instanceof ProcessDefinition process && process.getProcessor() instanceof EventPermission.Check) {
            return true;
        }
        if (step instanceof BeanDefinition bean) {
            return bean.getRef() != null && camel.getRegistry().lookupByName(bean.getRef()) instanceof PreviewAware;
        }
        if (step instanceof ToDefinition to) {
            return to.getUri().matches(ENDPOINTS);
        }
        return STEPS.contains(step.getClass()) && !(step instanceof ExpressionNode node && callsABean(node));
    }

    private static boolean callsABean(ExpressionNode step) {
        var expression = step.getExpression();
        return expression instanceof MethodCallExpression
                || expression != null
                        && String.valueOf(expression.getExpression()).contains("bean:");
    }
}
