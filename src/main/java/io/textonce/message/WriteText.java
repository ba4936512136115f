package io.textonce.message;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Step that renders one template. The kamelet {@code sms-text-action} creates one from its parameter when a route file
 * is loaded, so that a missing or invalid template is reported then and not with the first event.
 */
public final class WriteText implements Processor {

    private @Nullable Templates texts;
    private @Nullable String template;
    private @Nullable Template text;

    public void setTexts(Templates texts) {
        this.texts = texts;
        find();
    }

    public void setTemplate(String template) {
        this.template = template;
        find();
    }

    private void find() {
        if (texts != null && template != null) {
            text = texts.text(template);
        }
    }

    @Override
    public void process(Exchange exchange) {
        if (text == null) {
            throw new IllegalStateException("sms-text-action has no template");
        }
        text.process(exchange);
    }
}
