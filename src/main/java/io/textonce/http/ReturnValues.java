package io.textonce.http;

import io.textonce.tuning.AnsweredAlready;
import java.util.ArrayList;
import java.util.Objects;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Component;
import org.springframework.web.method.support.HandlerMethodReturnValueHandler;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

/** Registration of {@link AnsweredAlready} before the handlers of Spring MVC. */
@Component
final class ReturnValues implements SmartInitializingSingleton {

    private final RequestMappingHandlerAdapter adapter;

    ReturnValues(@Qualifier("requestMappingHandlerAdapter") RequestMappingHandlerAdapter adapter) {
        this.adapter = adapter;
    }

    @Override
    public void afterSingletonsInstantiated() {
        var handlers = new ArrayList<HandlerMethodReturnValueHandler>();
        handlers.add(new AnsweredAlready());
        handlers.addAll(Objects.requireNonNull(adapter.getReturnValueHandlers()));
        adapter.setReturnValueHandlers(handlers);
    }
}
