package io.textonce.event;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ValueNode;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Limit of the numbers in an event: 1e999999999 has eleven bytes, and a gigabyte where it is written without its exponent
 * or divided, as checks of a schema do. Every {@code double} is within it. A number stays as it was written.
 */
public final class BoundedNumbers extends JsonNodeFactory {

    private static final long serialVersionUID = 1L;

    private static final int MOST_ZEROS = 400;

    public BoundedNumbers() {
        super(true);
    }

    /** @throws EventRejected if the number is beyond the limit */
    @Override
    public ValueNode numberNode(@Nullable BigDecimal number) {
        if (number != null && Math.abs((long) number.scale()) > MOST_ZEROS) {
            throw EventRejected.ofField("body", "has a number that is too large or too small");
        }
        return super.numberNode(number);
    }
}
