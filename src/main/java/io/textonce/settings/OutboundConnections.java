package io.textonce.settings;

import io.textonce.network.OutboundProxy;
import io.textonce.network.TrustedAuthorities;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.ConfigurableEnvironment;

/** Installation of proxy and trusted authorities, behind the check of the settings and before any bean is a client. */
final class OutboundConnections implements BeanFactoryPostProcessor {

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        install(beans.getBean(TextOnceProperties.class).outbound());
    }

    /** Installs what is valid, before the settings are checked. */
    static void install(ConfigurableEnvironment environment) {
        var settings = new SettingFaults(environment);
        String proxy = settings.value("textonce.outbound.proxy");
        String authorities = settings.value("textonce.outbound.trusted-authorities");
        install(new OutboundSettings(
                SettingForms.isAddress(proxy, SettingForms::isProxy) ? proxy : "",
                List.of(settings.value("textonce.outbound.no-proxy").split(",")),
                SettingForms.hasCertificates(authorities) ? authorities : ""));
    }

    private static void install(OutboundSettings outbound) {
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
