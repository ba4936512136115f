package io.textonce.tuning;

import io.opentelemetry.context.Context;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import org.apache.camel.spi.ThreadPoolProfile;
import org.apache.camel.support.DefaultThreadPoolFactory;

/**
 * Lets camel-twilio call Twilio on the thread that brought the text, which waits for the answer anyway, and not on a
 * pool of its own: two changes of threads less for each text. Only Camel's few threads that repeat a call hand it over, with
 * the trace that it belongs to.
 */
public final class CallersThread extends DefaultThreadPoolFactory {

    /** Camel's name of the threads that repeat what failed. */
    private static final String REPEATS = "ErrorHandlerRedeliveryTask";

    private static final String TWILIO = "CamelTwilio";

    @Override
    public ScheduledExecutorService newScheduledThreadPool(ThreadPoolProfile profile, ThreadFactory threadFactory) {
        return TWILIO.equals(profile.getId())
                ? new Calls(profile.getPoolSize(), threadFactory)
                : super.newScheduledThreadPool(profile, threadFactory);
    }

    private static final class Calls extends ScheduledThreadPoolExecutor {

        private Calls(int size, ThreadFactory threadFactory) {
            super(size, threadFactory);
        }

        @Override
        public Future<?> submit(Runnable call) {
            if (Thread.currentThread().getName().contains(REPEATS)) {
                return super.submit(Context.current().wrap(call));
            }
            call.run();
            return CompletableFuture.completedFuture(null);
        }
    }
}
