package io.textonce.hotload;

import org.apache.camel.Expression;
import org.apache.camel.Predicate;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.language.xpath.XPathBuilder;
import org.apache.camel.language.xpath.XPathLanguage;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.stereotype.Component;

/** Language XPath that compiles a query as soon as it is created, so that its error names the query, and its file. */
@Component("xpath-language")
final class CheckedXPath extends XPathLanguage {

    @Override
    public Expression createExpression(String text, Object @Nullable [] properties) {
        return InvalidQuery.named(text, () -> super.createExpression(text, properties));
    }

    @Override
    public Predicate createPredicate(String text, Object @Nullable [] properties) {
        return InvalidQuery.named(text, () -> super.createPredicate(text, properties));
    }

    @Override
    protected void configureBuilder(XPathBuilder query, Object @Nullable [] properties, @Nullable Expression source) {
        super.configureBuilder(query, properties, source);
        try {
            query.init(getCamelContext());
        } catch (RuntimeCamelException e) {
            throw new InvalidQuery(
                    "xpath",
                    query.getText(),
                    0,
                    String.valueOf(NestedExceptionUtils.getMostSpecificCause(e).getMessage()));
        }
    }
}
