package io.textonce.hotload;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Producer;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.component.direct.DirectConsumer;
import org.apache.camel.component.direct.DirectEndpoint;
import org.apache.camel.support.DefaultAsyncProducer;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Component {@code direct} whose callers wait while a route is replaced. Camel's own lets the first caller of a step
 * wait, and hands the events of all others to the route that has ended.
 */
@Component("direct-component")
final class DirectRoutes extends DirectComponent {

    /** Version of the routes: it rises when one starts or ends. */
    private final AtomicInteger version = new AtomicInteger();

    @Override
    protected Endpoint createEndpoint(String uri, String name, Map<String, Object> parameters) throws Exception {
        var endpoint = new Calls(uri);
        endpoint.setBlock(isBlock());
        endpoint.setTimeout(getTimeout());
        setProperties(endpoint, parameters);
        return endpoint;
    }

    @Override
    public void addConsumer(String key, DirectConsumer consumer) {
        super.addConsumer(key, consumer);
        version.incrementAndGet();
    }

    @Override
    public void removeConsumer(String key, DirectConsumer consumer) {
        super.removeConsumer(key, consumer);
        version.incrementAndGet();
    }

    private final class Calls extends DirectEndpoint {

        private Calls(String uri) {
            super(uri, DirectRoutes.this);
        }

        @Override
        public Producer createProducer() {
            return new Caller(this);
        }

        private Call call(int at) throws Exception {
            return new Call(at, (AsyncProducer) super.createProducer());
        }
    }

    /** Producer of Camel's for each version of the routes, since one remembers the route that it met first. */
    private final class Caller extends DefaultAsyncProducer {

        private final Calls endpoint;
        private volatile @Nullable Call latest;

        private Caller(Calls endpoint) {
            super(endpoint);
            this.endpoint = endpoint;
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            try {
                int now = version.get();
                var call = latest;
                if (call == null || call.version != now) {
                    call = endpoint.call(now);
                    latest = call;
                }
                return call.producer.process(exchange, callback);
            } catch (Exception e) {
                exchange.setException(e);
                callback.done(true);
                return true;
            }
        }
    }

    private record Call(int version, AsyncProducer producer) {}
}
