package io.textonce.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import org.jspecify.annotations.Nullable;

/**
 * Last good version of one schema. A file that is broken, or deleted while routes use it, changes nothing; as long as no
 * version was good, its events are a transient failure and never their sender's fault.
 */
public final class EventSchema {

    private volatile @Nullable Version good;

    EventSchema(@Nullable Version first) {
        good = first;
    }

    void become(Version next) {
        good = next;
    }

    boolean isGood() {
        return good != null;
    }

    /**
     * The schema as its file has it.
     *
     * @throws EventRejected as long as no version was good
     */
    public JsonNode source() {
        return version().compiled().getSchemaNode();
    }

    /** @throws EventRejected as long as no version was good */
    Version version() {
        var version = good;
        if (version == null) {
            throw new EventRejected(
                    503,
                    "try_again",
                    "The schema of this event has an error. Nothing was sent; retry once an operator has fixed it.");
        }
        return version;
    }

    /** One compiled version. */
    record Version(JsonSchema compiled, FieldNames fields) {}
}
