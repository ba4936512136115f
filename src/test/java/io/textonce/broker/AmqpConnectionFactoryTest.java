package io.textonce.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.jms.provider.Provider;
import org.apache.qpid.jms.provider.ProviderFutureFactory;
import org.apache.qpid.jms.provider.exceptions.ProviderClosedException;
import org.junit.jupiter.api.Test;

class AmqpConnectionFactoryTest {

    /** As where one consumer closes its session while another closes the connection. */
    @Test
    void failsWhatIsStillAwaitedWhenTheConnectionIsClosed() {
        var provider = new AmqpConnectionFactory.Released(silent());
        var response = provider.newProviderFuture();
        var waiting = CompletableFuture.runAsync(() -> {
            try {
                provider.destroy(null, response);
                response.sync();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });

        provider.close();

        assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(ProviderClosedException.class);
    }

    @Test
    void leavesAResponseThatCameAsItIs() throws Exception {
        var provider = new AmqpConnectionFactory.Released(silent());
        var response = provider.newProviderFuture();
        response.onSuccess();

        provider.close();

        response.sync();
        assertThat(response.isComplete()).isTrue();
    }

    /** A broker that gives no response. */
    private static Provider silent() {
        var futures = ProviderFutureFactory.create(new HashMap<>());
        return (Provider) Proxy.newProxyInstance(
                Provider.class.getClassLoader(),
                new Class<?>[] {Provider.class},
                (proxy, method, arguments) ->
                        method.getName().equals("newProviderFuture") ? futures.createFuture() : null);
    }
}
