package io.textonce.halt;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * Halts the JVM, as {@code kill -9} would, when a step is reached for the n-th time, or freezes it there, as a suspended
 * machine is. The environment variable {@code HALT_AT} names step, side and n: {@code sms-post-create:before:3}; {@code
 * :freeze} behind it stops the process until it gets SIGCONT.
 */
@AutoConfiguration
public class HaltAt {

    @Bean
    InterceptStrategy haltAtStep() {
        String[] halt = System.getenv().getOrDefault("HALT_AT", "none:before:1").split(":");
        return new Strategy(
                halt[0], halt[1].equals("before"), new AtomicInteger(Integer.parseInt(halt[2])), halt.length > 3);
    }

    private record Strategy(String step, boolean before, AtomicInteger left, boolean freezes)
            implements InterceptStrategy {

        @Override
        public Processor wrapProcessorInInterceptors(
                CamelContext context, NamedNode definition, Processor target, Processor nextTarget) {
            return step.equals(definition.getId()) ? new Halting(target, this) : target;
        }

        void halt() {
            if (left.decrementAndGet() == 0) {
                if (freezes) {
                    freeze();
                } else {
                    Runtime.getRuntime().halt(137);
                }
            }
        }

        private static void freeze() {
            try {
                new ProcessBuilder(
                                "kill",
                                "-STOP",
                                Long.toString(ProcessHandle.current().pid()))
                        .start()
                        .waitFor();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static final class Halting extends DelegateAsyncProcessor implements AsyncProcessor {

        private final Strategy strategy;

        Halting(Processor target, Strategy strategy) {
            super(target);
            this.strategy = strategy;
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            if (strategy.before()) {
                strategy.halt();
                return super.process(exchange, callback);
            }
            return super.process(exchange, sync -> {
                strategy.halt();
                callback.done(sync);
            });
        }
    }
}
