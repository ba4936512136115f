package io.textonce.settings;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Binds the settings, after they were checked. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(TextOnceProperties.class)
class SettingsConfiguration {

    @Bean
    static SettingsCheck settingsCheck(Environment environment) {
        return new SettingsCheck(environment);
    }
}
