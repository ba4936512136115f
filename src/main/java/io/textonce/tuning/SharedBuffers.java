package io.textonce.tuning;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * Jackson with buffers that all threads share. By default it keeps them for each thread, and a virtual thread, which
 * handles one event, would have all of them made for it.
 */
public final class SharedBuffers {

    /** The mapper of all JSON that has no rules of its own; never configured. */
    public static final ObjectMapper JSON = new ObjectMapper(factory().build());

    private SharedBuffers() {}

    /** Returns the factory for an {@code ObjectMapper}. */
    public static JsonFactoryBuilder factory() {
        return new JsonFactoryBuilder().recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool());
    }
}
