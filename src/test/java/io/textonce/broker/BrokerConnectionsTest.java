package io.textonce.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;

import io.textonce.settings.JmsSettings;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.util.Map;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.jms.policy.JmsDefaultPrefetchPolicy;
import org.junit.jupiter.api.Test;
import org.springframework.mock.env.MockEnvironment;

class BrokerConnectionsTest {

    @Test
    void aConsumerOverAmqpHoldsOneMessageAtATimeUnlessTheAddressSaysOtherwise() {
        var factory = (JmsConnectionFactory) factory("amqp", "amqp://broker:5672", Map.of());
        var other = (JmsConnectionFactory)
                factory("amqp", "amqp://broker:5672?jms.prefetchPolicy.queuePrefetch=5", Map.of());

        assertThat(factory.getRemoteURI()).isEqualTo("amqp://broker:5672");
        assertThat(((JmsDefaultPrefetchPolicy) factory.getPrefetchPolicy()).getQueuePrefetch())
                .isZero();
        assertThat(((JmsDefaultPrefetchPolicy) other.getPrefetchPolicy()).getQueuePrefetch())
                .isEqualTo(5);
    }

    @Test
    void activeMqsClientRedeliversWithoutEndUnlessAPropertySaysOtherwise() {
        var factory = (ActiveMQConnectionFactory) factory("activemq", "tcp://broker:61616", Map.of());
        var other = (ActiveMQConnectionFactory)
                factory("activemq", "tcp://broker:61616", Map.of("redeliverypolicy.maximumredeliveries", "7"));

        assertThat(factory.getBrokerURL()).isEqualTo("tcp://broker:61616");
        assertThat(factory.getPrefetchPolicy().getQueuePrefetch()).isZero();
        assertThat(factory.getRedeliveryPolicy().getMaximumRedeliveries()).isEqualTo(-1);
        assertThat(factory.getRedeliveryPolicy().isUseExponentialBackOff()).isTrue();
        assertThat(factory.getRedeliveryPolicy().getMaximumRedeliveryDelay()).isEqualTo(60_000);
        assertThat(other.getRedeliveryPolicy().getMaximumRedeliveries()).isEqualTo(7);
        assertThat(other.getRedeliveryPolicy().getMaximumRedeliveryDelay()).isEqualTo(60_000);
    }

    @Test
    void anyOtherClientIsMadeByItsClassAndItsProperties() {
        String client = ActiveMQConnectionFactory.class.getName();

        var factory = factory(client, "", Map.of("broker-url", "tcp://other:61616"));

        assertThat(factory)
                .isInstanceOfSatisfying(
                        ActiveMQConnectionFactory.class,
                        made -> assertThat(made.getBrokerURL()).isEqualTo("tcp://other:61616"));
        assertThatThrownBy(() -> factory(client, "", Map.of("brokerUri", "tcp://other:61616")))
                .hasMessageContaining(client + " has no property brokerUri");
    }

    @Test
    void connectsAsTheUserThatTheSettingsNameNow() throws JMSException {
        var broker = mock(ConnectionFactory.class);
        var environment = new MockEnvironment();
        var factory = BrokerConnections.withCurrentUser(broker, environment, "textonce.jms");

        factory.createConnection();
        environment.setProperty("textonce.jms.user", "textonce");
        environment.setProperty("textonce.jms.password", "first");
        factory.createConnection();
        environment.setProperty("textonce.jms.password", "next");
        factory.createConnection();

        var connects = inOrder(broker);
        connects.verify(broker).createConnection();
        connects.verify(broker).createConnection("textonce", "first");
        connects.verify(broker).createConnection("textonce", "next");
    }

    private static ConnectionFactory factory(String client, String url, Map<String, String> properties) {
        return BrokerConnections.factory(
                new JmsSettings(client, url, "", "", properties, true, "in", "dead", "inbound", 1, 1));
    }
}
