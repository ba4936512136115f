package io.textonce.delivery;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.PreparedStatementCreator;

/**
 * Items of a batch column by column, as the arrays of one {@code unnest}.
 *
 * @param <T> an item
 */
public final class Columns<T> {

    private final List<T> items;
    private final List<String> types = new ArrayList<>();
    private final List<@Nullable String[]> arrays = new ArrayList<>();

    public Columns(List<T> items) {
        this.items = items;
    }

    /**
     * Adds the next column.
     *
     * @param type PostgreSQL's name of it, such as text; a moment or a span of time is given as an ISO 8601 text
     */
    public Columns<T> add(String type, Function<T, @Nullable Object> value) {
        var array = new @Nullable String[items.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = text(value.apply(items.get(i)));
        }
        types.add(type);
        arrays.add(array);
        return this;
    }

    /** Adds the columns of other items. */
    Columns<T> add(Columns<?> others) {
        types.addAll(others.types);
        arrays.addAll(others.arrays);
        return this;
    }

    private static @Nullable String text(@Nullable Object value) {
        return value instanceof byte[] bytes ? bytes(bytes) : Objects.toString(value, null);
    }

    /** Returns PostgreSQL's notation of a bytea. */
    public static String bytes(byte[] bytes) {
        return "\\x" + HexFormat.of().formatHex(bytes);
    }

    /**
     * @param sql whose parameters are the columns, in their order, and the others behind them
     * @param others further parameters
     */
    public PreparedStatementCreator in(String sql, @Nullable Object... others) {
        return connection -> {
            var statement = connection.prepareStatement(sql);
            for (int i = 0; i < arrays.size(); i++) {
                statement.setArray(i + 1, connection.createArrayOf(types.get(i), arrays.get(i)));
            }
            for (int i = 0; i < others.length; i++) {
                statement.setObject(arrays.size() + i + 1, others[i]);
            }
            return statement;
        };
    }
}
