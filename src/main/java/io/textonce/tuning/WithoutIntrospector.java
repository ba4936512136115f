package io.textonce.tuning;

import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.core.Ordered;

/**
 * Removal of Spring MVC's introspector of handlers, with which Spring Security 6 resolves the handler of each request a
 * second time, for matchers that need it. Those of TextOnce are patterns of paths and don't, as all are in Spring Security
 * 7; so it is removed before Spring Security checks for it.
 */
public final class WithoutIntrospector implements BeanDefinitionRegistryPostProcessor, Ordered {

    private static final String INTROSPECTOR = "mvcHandlerMappingIntrospector";

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        if (registry.containsBeanDefinition(INTROSPECTOR)) {
            registry.removeBeanDefinition(INTROSPECTOR);
        }
    }

    /** Before those without an order, Spring Security's among them. */
    @Override
    public int getOrder() {
        return 0;
    }
}
