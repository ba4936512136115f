package io.textonce.tuning;

import java.util.concurrent.CompletableFuture;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodReturnValueHandler;
import org.springframework.web.method.support.ModelAndViewContainer;

/**
 * Ends a request that a route has answered. The routes run on the container's threads, so their future is complete when
 * it is returned; Spring would send the request through all filters once more to find that out.
 */
public final class AnsweredAlready implements HandlerMethodReturnValueHandler {

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
