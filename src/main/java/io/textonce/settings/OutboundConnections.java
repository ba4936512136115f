package io.textonce.settings;

import io.textonce.network.OutboundProxy;
import io.textonce.network.TrustedAuthorities;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** Installation of proxy and trusted authorities, behind the check of the settings and before any bean is a client. */
final class OutboundConnections implements BeanFactoryPostProcessor {

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        var outbound = beans.getBean(TextOnceProperties.class).outbound();
        if (!outbound.proxy().isEmpty()) {
            new OutboundProxy(URI.create(outbound.proxy()), outbound.noProxy()).install();
        }
        if (!outbound.trustedAuthorities().isEmpty()) {
            try {
                TrustedAuthorities.read(Path.of(outbound.trustedAuthorities())).install();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
