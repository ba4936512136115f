package io.textonce.incident;

import io.textonce.delivery.EventPreview;
import io.textonce.event.EventOutcome;
import io.textonce.event.EventRejected;
import io.textonce.event.Identifier;
import io.textonce.http.Problem;
import io.textonce.message.PreviewAware;
import io.textonce.phone.PhoneNumbers;
import io.textonce.settings.TextOnceProperties;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Steps of the routes {@code event-incident-*}, {@code incident-*} and of the answer ACK in {@code sms-inbound}. */
@Component
final class IncidentSteps implements PreviewAware {

    private static final Logger LOG = LoggerFactory.getLogger(IncidentSteps.class);

    /** {@code ACK}, {@code ack: inc-1042} or {@code Ack, thanks} from an alerted recipient: the first word counts. */
    private static final Pattern ACK = Pattern.compile("(?is)\\W*ack(?!\\w)(.*)");

    /** Form of an incident's name. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?");

    private static final int BATCH = 16;

    private final Incidents incidents;
    private final Replies replies;
    private final Alerts alerts;
    private final IncidentPreviews previews;
    private final AlertText text;
    private final PhoneNumbers phones;
    private final TextOnceProperties settings;
    private final Clock clock;

    IncidentSteps(
            Incidents incidents,
            Replies replies,
            Alerts alerts,
            IncidentPreviews previews,
            AlertText text,
            PhoneNumbers phones,
            TextOnceProperties settings,
            Clock clock) {
        this.incidents = incidents;
        this.replies = replies;
        this.alerts = alerts;
        this.previews = previews;
        this.text = text;
        this.phones = phones;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Stores the incident and leaves the id of the alert that may be sent now as the body, or null. A preview stores
     * nothing: its body is the first recipient's alert.
     */
    void open(Exchange exchange) {
        var incident = text.fitted(Incident.of(
                exchange.getMessage().getBody(Map.class),
                settings.incident().escalateAfter(),
                phones,
                clock.instant()));
        var preview = EventPreview.of(exchange);
        if (preview != null) {
            previews.open(preview, incident);
            exchange.getMessage().setBody(incident.alert());
            return;
        }
        exchange.setVariable("incident", incident.eventId());
        exchange.setVariable("duplicate", !incidents.open(incident));
        exchange.getMessage().setBody(alerts.create(incident.recipients().get(0).phone()));
    }

    /** Returns the outcome of the first recipient's alert to the caller. */
    void opened(Exchange exchange) {
        if (EventPreview.of(exchange) != null) {
            return;
        }
        boolean duplicate = exchange.getVariable("duplicate", Boolean.class);
        var delivery = alerts.firstDelivery(exchange.getVariable("incident", String.class), duplicate);
        exchange.setVariable("delivery", delivery);
        exchange.setVariable("outcome", new EventOutcome("bundled", duplicate));
    }

    List<String> due() {
        replies.applyWaiting(BATCH);
        incidents.passOn(BATCH);
        return alerts.due(BATCH);
    }

    /** Makes the event of the alert whose id is the body, or null when another instance has handed it over. */
    void event(Exchange exchange) {
        if (EventPreview.of(exchange) != null) {
            return;
        }
        String id = exchange.getMessage().getBody(String.class);
        exchange.setVariable("incidentText", id);
        exchange.setVariable("source", "incident");
        incidents.cancelIfAcknowledged(id);
        exchange.getMessage().setBody(alerts.text(id));
    }

    /**
     * Records the submission of an alert. After a rejection the next recipient is alerted; after any other failure the
     * alert remains due.
     */
    void handedOver(Exchange exchange) throws Exception {
        var failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        exchange.removeProperty(Exchange.EXCEPTION_CAUGHT);
        if (failure != null && !Problem.isPermanent(failure)) {
            throw failure;
        }
        if (EventPreview.of(exchange) != null) {
            return;
        }
        String id = exchange.getVariable("incidentText", String.class);
        if (failure != null) {
            LOG.warn("Alert {} was rejected; the next recipient is alerted", id);
        }
        alerts.handedOver(id, failure != null);
    }

    void acknowledge(Exchange exchange) {
        String name = Identifier.of(
                "incident", (String) exchange.getMessage().getBody(Map.class).get("incident"));
        var preview = EventPreview.of(exchange);
        boolean isKnown = preview == null ? incidents.acknowledge(name) : previews.acknowledge(preview, name);
        if (!isKnown) {
            throw new EventRejected(404, "unknown_incident", "Unknown incident.");
        }
        exchange.setVariable("outcome", new EventOutcome("acknowledged", false));
    }

    /** Acknowledges by an alerted recipient's inbound message. */
    public void reply(@Variable("inbound") Map<String, Object> inbound) {
        var answer = ACK.matcher(String.valueOf(inbound.get("text")));
        if (answer.matches()) {
            var names = NAME.matcher(answer.group(1)).results().map(MatchResult::group);
            int ended = replies.acknowledge((String) inbound.get("from"), names.toList(), (String) inbound.get("sid"));
            LOG.info("{} acknowledged {} incidents", inbound.get("masked"), ended);
        }
    }
}
