package io.textonce.bundle;

import io.textonce.settings.TextOnceProperties;
import io.textonce.text.Texts;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.engine.DefaultResourceLoader;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Where routes, schemas and kamelets come from. */
@Configuration(proxyBeanMethods = false)
class BundleConfiguration {

    /** Camel looks for the resolver of a scheme under this name. */
    @Bean(DefaultResourceLoader.RESOURCE_LOADER_KEY_PREFIX + BundleFiles.SCHEME)
    BundleFiles bundleFiles(CamelContext camel, TextOnceProperties settings) {
        return new BundleFiles(camel, settings.home(), settings.routes());
    }

    @Bean
    OwnRoutes ownRoutes(TextOnceProperties settings, BundleFiles files, Texts texts) {
        return new OwnRoutes(settings.routes(), settings.routesReload(), files, texts);
    }
}
