package io.textonce.broker;

import io.textonce.settings.JmsSettings;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.BeanWrapper;
import org.springframework.beans.BeanWrapperImpl;
import org.springframework.core.env.Environment;
import org.springframework.jms.connection.UserCredentialsConnectionFactoryAdapter;
import org.springframework.util.ClassUtils;

/** Pool of connections of a JMS client, whose connection factory is made by the name of its class and set as a bean. */
public final class BrokerConnections {

    /**
     * Properties that an intake depends on, unless an operator sets others: a consumer holds no message but the one that
     * it works on, a message that is returned is redelivered with growing delays and without end, a stop waits for no
     * unavailable broker, and a broker without transactions, which leaves a request for one unanswered, is noticed.
     */
    private static final Map<String, Map<String, String>> DEFAULTS = Map.of(
            JmsSettings.AMQP,
            Map.of("prefetchPolicy.all", "0", "closeTimeout", "5000", "requestTimeout", "20000"),
            JmsSettings.ACTIVEMQ,
            Map.of(
                    "prefetchPolicy.queuePrefetch", "0",
                    "redeliveryPolicy.maximumRedeliveries", "-1",
                    "redeliveryPolicy.useExponentialBackOff", "true",
                    "redeliveryPolicy.backOffMultiplier", "2",
                    "redeliveryPolicy.maximumRedeliveryDelay", "60000"));

    /** Property that takes the address, and the client's options in its query. */
    private static final Map<String, String> URL_PROPERTIES =
            Map.of(JmsSettings.AMQP, "remoteURI", JmsSettings.ACTIVEMQ, "brokerURL");

    private BrokerConnections() {}

    public static JmsPoolConnectionFactory pool(JmsSettings settings, Environment environment) {
        var pool = new JmsPoolConnectionFactory();
        pool.setConnectionFactory(withCurrentUser(factory(settings), environment, "textonce.jms"));
        // Each consumer of each queue holds a session.
        pool.setMaxSessionsPerConnection(-1);
        return pool;
    }

    static ConnectionFactory factory(JmsSettings settings) {
        var type = ClassUtils.resolveClassName(settings.factoryClass(), null);
        var factory = (ConnectionFactory) BeanUtils.instantiateClass(type);
        set(factory, DEFAULTS.getOrDefault(settings.client(), Map.of()));
        String urlProperty = URL_PROPERTIES.get(settings.client());
        if (urlProperty != null) {
            set(factory, Map.of(urlProperty, settings.brokerUrl()));
        }
        set(factory, settings.properties());
        return factory;
    }

    /**
     * Returns a factory that connects with the user and the password that the settings have at that time, so both are
     * rotated without a restart.
     *
     * @param prefix of the settings {@code user} and {@code password}
     */
    public static ConnectionFactory withCurrentUser(ConnectionFactory factory, Environment environment, String prefix) {
        var current = new UserCredentialsConnectionFactoryAdapter() {
            @Override
            protected Connection doCreateConnection(@Nullable String user, @Nullable String password)
                    throws JMSException {
                return super.doCreateConnection(
                        environment.getProperty(prefix + ".user"), environment.getProperty(prefix + ".password"));
            }
        };
        current.setTargetConnectionFactory(factory);
        return current;
    }

    private static void set(ConnectionFactory factory, Map<String, String> properties) {
        properties.forEach((path, value) -> {
            var names = path.replace("-", "").split("\\.");
            BeanWrapper bean = new BeanWrapperImpl(factory);
            for (int i = 0; i < names.length - 1; i++) {
                bean = new BeanWrapperImpl(bean.getPropertyValue(property(bean, names[i])));
            }
            bean.setPropertyValue(property(bean, names[names.length - 1]), value);
        });
    }

    /** Returns the name of a property as the class spells it: in a variable's name it has no capital letters. */
    private static String property(BeanWrapper bean, String name) {
        for (var property : bean.getPropertyDescriptors()) {
            if (property.getName().equalsIgnoreCase(name)) {
                return property.getName();
            }
        }
        throw new IllegalArgumentException(
                "textonce.jms.properties: " + bean.getWrappedClass().getName() + " has no property " + name);
    }
}
