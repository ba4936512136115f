package io.textonce.settings;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** Settings whose secrets change while the process runs, and the values that are derived from those. */
@Component
public final class LiveSettings {

    private final List<Function<TextOnceProperties, Runnable>> changes = new CopyOnWriteArrayList<>();
    private volatile TextOnceProperties settings;

    public LiveSettings(TextOnceProperties settings) {
        this.settings = settings;
    }

    /** Returns a value derived from the settings, and derived again when secrets have changed. */
    public <T> Supplier<T> derive(Function<TextOnceProperties, T> rule) {
        return derive(rule.apply(settings), (changed, before) -> rule.apply(changed));
    }

    /** Returns a value that is derived, when secrets have changed, from the settings and the value before. */
    public <T> Supplier<T> derive(T first, BiFunction<TextOnceProperties, T, T> rule) {
        var value = new AtomicReference<>(first);
        changes.add(changed -> {
            T next = rule.apply(changed, value.get());
            return () -> value.set(next);
        });
        return value::get;
    }

    /** Replaces the settings: every derived value changes, or none does because one can't be derived. */
    public void replace(TextOnceProperties next) {
        var prepared = changes.stream().map(change -> change.apply(next)).toList();
        settings = next;
        prepared.forEach(Runnable::run);
    }
}
