package io.textonce.tuning;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * Jackson with buffers that all threads share. By default it keeps them for each thread, and a virtual thread, which
 * handles one event, would have all of them made for it.
 */
public final class SharedBuffers {

    /** The mapper of all JSON that has no rules of its own; never configured. */
    public static final ObjectMapper JSON = new ObjectMapper(factory().build());

    /** Reader and writer that keep every value unchanged and reject what two readers could interpret differently. */
    public static final ObjectMapper STRICT = JsonMapper.builder(factory().build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private SharedBuffers() {}

    /** Returns the factory for an {@code ObjectMapper}. */
    public static JsonFactoryBuilder factory() {
        return new JsonFactoryBuilder().recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool());
    }
}
