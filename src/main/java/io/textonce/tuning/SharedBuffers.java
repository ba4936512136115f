package io.textonce.tuning;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * Jackson with buffers that all threads share. By default it keeps them for each thread, and a virtual thread, which
 * handles one event, would have all of them made for it.
 */
public final class SharedBuffers {

    /** The mapper of all JSON that has no rules of its own; nobody configures it. */
    public static final ObjectMapper JSON = new ObjectMapper(factory().build());

    private SharedBuffers() {}

    /** What an {@code ObjectMapper} is made of. */
    public static JsonFactoryBuilder factory() {
        return new JsonFactoryBuilder().recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool());
    }
}
