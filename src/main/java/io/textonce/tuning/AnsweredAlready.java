package io.textonce.tuning;

import java.util.ArrayList;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.MethodParameter;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodReturnValueHandler;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

/**
 * Ends a request that a route has answered. The routes run on the container's threads, so their future is complete when
 * it is returned; Spring would send the request through all filters once more to find that out.
 */
@Component
final class AnsweredAlready implements HandlerMethodReturnValueHandler, SmartInitializingSingleton {

    private final RequestMappingHandlerAdapter adapter;

    AnsweredAlready(@Qualifier("requestMappingHandlerAdapter") RequestMappingHandlerAdapter adapter) {
        this.adapter = adapter;
    }

    /** Comes before the handlers of Spring MVC. */
    @Override
    public void afterSingletonsInstantiated() {
        var handlers = new ArrayList<HandlerMethodReturnValueHandler>();
        handlers.add(this);
        handlers.addAll(Objects.requireNonNull(adapter.getReturnValueHandlers()));
        adapter.setReturnValueHandlers(handlers);
    }

    @Override
    public boolean supportsReturnType(MethodParameter returned) {
        return SpringBootPlatformHttpConsumer.class.isAssignableFrom(returned.getContainingClass());
    }

    @Override
    public void handleReturnValue(
            @Nullable Object returned, MethodParameter type, ModelAndViewContainer answer, NativeWebRequest request) {
        if (returned instanceof CompletableFuture<?> done) {
            done.join();
        }
        answer.setRequestHandled(true);
    }
}
