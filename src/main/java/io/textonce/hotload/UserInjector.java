package io.textonce.hotload;

import org.apache.camel.CamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.apache.camel.spring.spi.SpringInjector;
import org.springframework.beans.BeanUtils;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.stereotype.Component;

/**
 * Factory of the objects that route files create by class. Camel's own injects constructors by type: a {@code
 * HikariDataSource} of a user route received TextOnce's pool as its configuration, since it is the only one. This
 * factory injects only what a class declares by annotations and what its file sets.
 */
@Component
final class UserInjector extends SpringInjector implements CamelContextConfiguration {

    UserInjector(ConfigurableApplicationContext beans) {
        super(beans);
    }

    @Override
    public void beforeApplicationStart(CamelContext camel) {
        camel.setInjector(this);
    }

    @Override
    public void afterApplicationStart(CamelContext camel) {}

    @Override
    public <T> T newInstance(Class<T> type, boolean postProcessBean) {
        if (!postProcessBean) {
            return super.newInstance(type, false);
        }
        var factory = getApplicationContext().getAutowireCapableBeanFactory();
        T bean = BeanUtils.instantiateClass(type);
        factory.autowireBean(bean);
        return type.cast(factory.initializeBean(bean, type.getName()));
    }
}
