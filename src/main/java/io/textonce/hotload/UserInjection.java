package io.textonce.hotload;

import org.apache.camel.CamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.stereotype.Component;

/** Registration of {@link UserInjector}, before the first route is loaded. */
@Component
final class UserInjection implements CamelContextConfiguration {

    private final ConfigurableApplicationContext beans;

    UserInjection(ConfigurableApplicationContext beans) {
        this.beans = beans;
    }

    @Override
    public void beforeApplicationStart(CamelContext camel) {
        camel.setInjector(new UserInjector(beans));
    }

    @Override
    public void afterApplicationStart(CamelContext camel) {}
}
