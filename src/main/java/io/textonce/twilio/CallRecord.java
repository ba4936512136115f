package io.textonce.twilio;

import io.textonce.delivery.OutcomeRepository.Call;
import java.time.Clock;
import java.time.Instant;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/** Record of one call to Twilio, for the timeline: when it was made, and who answered what to which request. */
final class CallRecord {

    /** Header of Twilio's responses; it is the id that Twilio's support can search for. */
    private static final String REQUEST_ID = "Twilio-Request-Id";

    private static final int LONGEST_ID = 64;

    private final Clock clock;
    private volatile @Nullable Instant at;
    private volatile @Nullable Integer status;
    private volatile @Nullable String requestId;

    CallRecord(Clock clock) {
        this.clock = clock;
    }

    void begin() {
        at = clock.instant();
    }

    void answered(HttpResponse response) {
        status = response.getCode();
        Header id = response.getFirstHeader(REQUEST_ID);
        requestId = id == null || id.getValue().length() > LONGEST_ID ? null : id.getValue();
    }

    boolean isMade() {
        return at != null;
    }

    Call call() {
        return new Call(at, status, requestId);
    }
}
