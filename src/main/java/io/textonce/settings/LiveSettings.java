package io.textonce.settings;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** Settings whose secrets change while the process runs, and the values that are derived from those. */
@Component
public final class LiveSettings {

    private final List<Derived<?>> all = new CopyOnWriteArrayList<>();
    private volatile TextOnceProperties settings;

    public LiveSettings(TextOnceProperties settings) {
        this.settings = settings;
    }

    /** Returns a value derived from the settings, and derived again when secrets have changed. */
    public <T> Supplier<T> derive(Function<TextOnceProperties, T> rule) {
        var derived = new Derived<>(rule, rule.apply(settings));
        all.add(derived);
        return derived;
    }

    /** Replaces the settings: every derived value changes, or none does because one can't be derived. */
    void replace(TextOnceProperties next) {
        var changes = all.stream().map(derived -> derived.change(next)).toList();
        settings = next;
        changes.forEach(Runnable::run);
    }

    private static final class Derived<T> implements Supplier<T> {

        private final Function<TextOnceProperties, T> rule;
        private volatile T value;

        private Derived(Function<TextOnceProperties, T> rule, T value) {
            this.rule = rule;
            this.value = value;
        }

        @Override
        public T get() {
            return value;
        }

        private Runnable change(TextOnceProperties settings) {
            T next = rule.apply(settings);
            return () -> value = next;
        }
    }
}
