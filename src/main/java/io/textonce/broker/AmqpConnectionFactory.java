package io.textonce.broker;

import java.net.URI;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.jms.provider.Provider;
import org.apache.qpid.jms.provider.ProviderFuture;
import org.apache.qpid.jms.provider.ProviderSynchronization;
import org.apache.qpid.jms.provider.ProviderWrapper;
import org.apache.qpid.jms.provider.exceptions.ProviderClosedException;

/**
 * Factory of AMQP connections that fail every wait for a response once they are closed. Qpid JMS 2.7 stops the thread of a
 * closed connection, and does not wake another thread that waits for the broker's response, without a time limit: a consumer
 * that closed its session meanwhile held the lock of all consumers of its queue for good.
 */
public final class AmqpConnectionFactory extends JmsConnectionFactory {

    private static final long serialVersionUID = 1;

    @Override
    protected Provider createProvider(URI broker) throws Exception {
        return new Released(super.createProvider(broker));
    }

    /** Provider that fails what is still awaited once it is closed. */
    static final class Released extends ProviderWrapper<Provider> {

        /** Responses that a thread may wait for; the garbage collector removes the others. */
        private final Set<ProviderFuture> awaited =
                Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

        Released(Provider next) {
            super(next);
        }

        @Override
        public ProviderFuture newProviderFuture() {
            return awaited(super.newProviderFuture());
        }

        @Override
        public ProviderFuture newProviderFuture(ProviderSynchronization synchronization) {
            return awaited(super.newProviderFuture(synchronization));
        }

        private ProviderFuture awaited(ProviderFuture future) {
            awaited.add(future);
            return future;
        }

        @Override
        public void close() {
            super.close();
            List<ProviderFuture> left;
            synchronized (awaited) {
                left = List.copyOf(awaited);
            }
            left.forEach(future -> future.onFailure(new ProviderClosedException("The connection was closed")));
        }
    }
}
