package io.textonce.sandbox;

import java.net.URI;
import org.apache.activemq.broker.BrokerService;

/** ActiveMQ Classic, in memory, that speaks OpenWire on a port of its own until the process ends. */
public final class ClassicBroker {

    private final BrokerService broker = new BrokerService();
    private final int port;

    private ClassicBroker() throws Exception {
        broker.setPersistent(false);
        broker.setUseJmx(false);
        var connector = broker.addConnector(URI.create("tcp://127.0.0.1:0"));
        broker.start();
        port = connector.getConnectUri().getPort();
    }

    public static ClassicBroker start() {
        try {
            return new ClassicBroker();
        } catch (Exception e) {
            throw new IllegalStateException("ActiveMQ does not start", e);
        }
    }

    public String url() {
        return "tcp://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    public void stop() throws Exception {
        broker.stop();
    }
}
