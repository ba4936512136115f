package io.textonce.tuning;

import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.core.Ordered;

/**
 * Where Spring MVC has an introspector of handlers, Spring Security 6 looks for the handler of each request a second time,
 * for matchers that want to know it. Those of TextOnce are patterns of paths and want nothing, as all are in Spring
 * Security 7; so it is taken away before Spring Security looks.
 */
public final class WithoutIntrospector implements BeanDefinitionRegistryPostProcessor, Ordered {

    private static final String INTROSPECTOR = "mvcHandlerMappingIntrospector";

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        if (registry.containsBeanDefinition(INTROSPECTOR)) {
            registry.removeBeanDefinition(INTROSPECTOR);
        }
    }

    /** Those without an order come later, Spring Security's among them. */
    @Override
    public int getOrder() {
        return 0;
    }
}
