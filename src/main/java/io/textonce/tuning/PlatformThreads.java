package io.textonce.tuning;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Platform threads for Camel's own pools where HTTP has virtual ones. With virtual ones the pool of camel-twilio has a
 * single worker, so that messages leave one after the other. Camel reads a system property only, and sets it if it is
 * missing: this comes first.
 */
final class PlatformThreads implements EnvironmentPostProcessor, Ordered {

    private static final String VIRTUAL = "camel.threads.virtual.enabled";

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        if (System.getProperty(VIRTUAL) == null) {
            System.setProperty(VIRTUAL, "false");
        }
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }
}
