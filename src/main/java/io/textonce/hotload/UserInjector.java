package io.textonce.hotload;

import org.apache.camel.spring.spi.SpringInjector;
import org.springframework.beans.BeanUtils;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Factory of the objects that route files create by class. Camel's own injects constructors by type: a {@code
 * HikariDataSource} of a user route received TextOnce's pool as its configuration, since it is the only one. This
 * factory injects only what a class declares by annotations and what its file sets.
 */
final class UserInjector extends SpringInjector {

    UserInjector(ConfigurableApplicationContext beans) {
        super(beans);
    }

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
