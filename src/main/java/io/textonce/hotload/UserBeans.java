package io.textonce.hotload;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.model.BeanFactoryDefinition;
import org.apache.camel.model.BeanModelHelper;
import org.apache.camel.support.ObjectHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Owner of the beans that user route files declare: each is closed when its file is deleted or replaced. */
final class UserBeans implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(UserBeans.class);

    private final CamelContext camel;
    private final Map<String, Map<String, Made>> byFile = new HashMap<>();

    UserBeans(CamelContext camel) {
        this.camel = camel;
    }

    /** Returns the location of the file that declares a bean, or null. */
    @Nullable
    String fileOf(String bean) {
        return byFile.entrySet().stream()
                .filter(file -> file.getValue().containsKey(bean))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    /**
     * Creates the beans of a file in place of its previous ones. All exist, or, after a failure, the previous ones
     * remain. Those live until {@link Swap#keep}, since the routes that use them may have to run again.
     */
    Swap replace(String location, List<BeanFactoryDefinition<?>> definitions) throws Exception {
        var swap = new Swap(location, byFile.getOrDefault(location, Map.of()), new LinkedHashMap<>());
        // No new bean may get an old one.
        swap.before.keySet().forEach(camel.getRegistry()::unbind);
        try {
            List<BeanFactoryDefinition<?>> later = new ArrayList<>();
            for (var definition : definitions) {
                try {
                    make(definition, swap.now);
                } catch (Exception e) {
                    // It may need a bean that is declared after it.
                    later.add(definition);
                }
            }
            for (var definition : later) {
                make(definition, swap.now);
            }
            byFile.put(location, swap.now);
            return swap;
        } catch (Exception e) {
            swap.undo();
            throw e;
        }
    }

    void remove(String location) {
        var gone = byFile.remove(location);
        if (gone != null) {
            gone.keySet().forEach(camel.getRegistry()::unbind);
            close(gone);
        }
    }

    private void make(BeanFactoryDefinition<?> definition, Map<String, Made> made) throws Exception {
        String name = definition.getName();
        Object bean = BeanModelHelper.newInstance(definition, camel);
        var one = new Made(bean, isNew(bean, definition), definition.getDestroyMethod());
        try {
            camel.getRegistry().bind(name, bean, definition.getInitMethod(), null);
        } catch (RuntimeException e) {
            close(name, one);
            throw e;
        }
        made.put(name, one);
    }

    /**
     * Returns whether the file created the bean: a script or a factory may return an existing one, which is not the
     * file's to close.
     */
    private boolean isNew(Object bean, BeanFactoryDefinition<?> definition) {
        return definition.getScript() == null && definition.getFactoryMethod() == null
                || camel.getRegistry().findByType(bean.getClass()).stream().noneMatch(other -> other == bean);
    }

    /** Closes beans in reverse order, since later ones may use earlier ones. */
    private void close(Map<String, Made> made) {
        var names = new ArrayList<>(made.keySet());
        Collections.reverse(names);
        names.forEach(name -> close(name, made.get(name)));
    }

    private static void close(String name, Made made) {
        try {
            if (!made.isNew()) {
                return;
            }
            if (made.destroyMethod() != null) {
                ObjectHelper.invokeMethodSafe(made.destroyMethod(), made.bean());
            } else if (made.bean() instanceof AutoCloseable closeable) {
                closeable.close();
            }
        } catch (Exception e) {
            LOG.warn("The bean {} could not be closed", name, e);
        }
    }

    @Override
    public void close() {
        List.copyOf(byFile.keySet()).forEach(this::remove);
    }

    private record Made(
            Object bean, boolean isNew, @Nullable String destroyMethod) {}

    /** Beans of a file before and after a reload. */
    final class Swap {

        private final String location;
        private final Map<String, Made> before;
        private final Map<String, Made> now;

        private Swap(String location, Map<String, Made> before, Map<String, Made> now) {
            this.location = location;
            this.before = before;
            this.now = now;
        }

        void keep() {
            close(before);
        }

        void undo() {
            now.keySet().forEach(camel.getRegistry()::unbind);
            before.forEach((name, made) -> camel.getRegistry().bind(name, made.bean()));
            byFile.put(location, before);
            close(now);
        }
    }
}
