package io.textonce.twilio;

import com.twilio.http.Request;
import io.textonce.peer.Peer;
import io.textonce.peer.PeerMonitor;
import io.textonce.settings.TwilioSettings;
import java.net.URI;

/** Availability of Twilio's APIs for messages and for one-time codes, which have hosts of their own. */
final class TwilioPeers {

    private final Peer messaging;
    private final Peer verify;

    TwilioPeers(PeerMonitor peers, TwilioSettings settings) {
        this.messaging = peers.peer("twilio", "Twilio", "Messages are held and retried until they expire.");
        this.verify = settings.verifyServiceSid().isEmpty()
                ? messaging
                : peers.peer("twilio-verify", "Twilio Verify", "One-time codes are neither sent nor checked.");
    }

    Peer of(Request request) {
        return URI.create(request.constructURL().toString()).getHost().startsWith("verify") ? verify : messaging;
    }

    /** Records a failed call. A rejection and a throttled call are responses of Twilio's; without a call nothing is known. */
    static void report(Peer peer, TwilioFailure failure) {
        if (failure instanceof TwilioFailure.Rejected
                || failure instanceof TwilioFailure.NotProcessed throttled && throttled.isThrottled()) {
            peer.succeeded();
        } else if (failure instanceof TwilioFailure.NotProcessed || failure instanceof TwilioFailure.Unclear) {
            var cause = failure.getCause();
            peer.failed(failure.getMessage()
                    + (cause == null ? "" : ": " + cause.getClass().getSimpleName()));
        }
    }
}
