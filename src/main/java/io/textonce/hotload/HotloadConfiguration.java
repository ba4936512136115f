package io.textonce.hotload;

import io.textonce.event.EventSchemas;
import io.textonce.message.Templates;
import io.textonce.settings.PublicPaths;
import io.textonce.settings.TextOnceProperties;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.impl.engine.DefaultResourceLoader;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of routes, schemas and kamelets. */
@Configuration(proxyBeanMethods = false)
class HotloadConfiguration {

    /** Resolver under the name by which Camel finds that of a scheme. */
    @Bean(DefaultResourceLoader.RESOURCE_LOADER_KEY_PREFIX + BundleFiles.SCHEME)
    BundleFiles bundleFiles(CamelContext camel, TextOnceProperties settings) {
        return new BundleFiles(camel, settings.home(), settings.routes());
    }

    @Bean
    EventSchemas eventSchemas(CamelContext camel) {
        return new EventSchemas(camel);
    }

    @Bean
    UserRoutes ownRoutes(TextOnceProperties settings, BundleFiles files, Templates texts, EventSchemas schemas) {
        var publicPaths = new PublicPaths(settings);
        return new UserRoutes(settings.routes(), settings.routesReload(), files, texts, schemas, publicPaths::reach);
    }

    @Bean
    ConfigurationSources configurationSources() {
        return new ConfigurationSources();
    }

    @Bean("platform-http-engine")
    PlatformHttpEngine platformHttpEngine(@Value("${server.port}") int port, BundleFiles files) {
        return new UserPaths(port, files);
    }

    @Bean
    CamelContextConfiguration ownInjector(ConfigurableApplicationContext beans) {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext camel) {
                camel.setInjector(new UserInjector(beans));
            }

            @Override
            public void afterApplicationStart(CamelContext camel) {}
        };
    }
}
