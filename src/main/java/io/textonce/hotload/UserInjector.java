package io.textonce.hotload;

import org.apache.camel.spring.spi.SpringInjector;
import org.springframework.beans.BeanUtils;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Factory of the objects that route files ask for by their class. Camel's own fills constructors by type: a
 * {@code HikariDataSource} of an own route took our pool for its settings, since that is the only one there is. This one
 * gives an object what its class asks for by annotations, and what its file says.
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
