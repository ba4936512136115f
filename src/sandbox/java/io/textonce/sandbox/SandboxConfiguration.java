package io.textonce.sandbox;

import io.textonce.settings.Sandbox;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** Opens what production keeps shut: callers need no token. */
@TestConfiguration(proxyBeanMethods = false)
public class SandboxConfiguration {

    @Bean
    static Sandbox sandbox() {
        return new Sandbox() {};
    }
}
