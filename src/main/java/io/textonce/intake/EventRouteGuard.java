package io.textonce.intake;

import io.textonce.delivery.EventPreview;
import io.textonce.event.EventDirectory;
import io.textonce.event.EventName;
import io.textonce.event.EventRejected;
import io.textonce.hotload.UserRoutes;
import io.textonce.http.Problem;
import io.textonce.peer.Causes;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Component;

/**
 * The only way from an intake to an event. The name that a caller gives can reach a route called {@code event-<name>}
 * and nothing else.
 */
@Component
public final class EventRouteGuard implements EventDirectory {

    private final CamelContext context;
    private final UserRoutes userRoutes;

    EventRouteGuard(CamelContext context, UserRoutes userRoutes) {
        this.context = context;
        this.userRoutes = userRoutes;
    }

    /**
     * Rejects an event without a route, before any work. An event whose file has an error is not unknown but a
     * transient failure, so that no queue and no folder gives it up.
     */
    void known(Exchange exchange) throws InterruptedException {
        String event = exchange.getVariable("event", String.class);
        if (event == null || !EventName.isValid(event)) {
            throw EventRejected.ofUnknownEvent();
        }
        if (!hasRoute(event)) {
            String why = userRoutes.whyMissing(event);
            if (!hasRoute(event)) {
                throw why == null
                        ? EventRejected.ofUnknownEvent()
                        : new EventRejected(
                                503,
                                "try_again",
                                "The route of this event has an error. Nothing was sent; retry once an operator has fixed it.");
            }
        }
        if (EventPreview.of(exchange) != null) {
            requirePreview(RouteSchemas.EVENT + event);
        }
    }

    private void requirePreview(String route) {
        String step = PreviewGuard.effect(context, route);
        if (step != null) {
            throw new EventRejected(
                    422,
                    "preview_not_possible",
                    "This event has no preview: its step " + step + " may do more than make a message.");
        }
    }

    private boolean hasRoute(String event) {
        return RouteSchemas.isEvent(context.getRoute(RouteSchemas.EVENT + event));
    }

    /** Includes the events of user routes that end in {@code kamelet:sms-send-sink} themselves. */
    @Override
    public boolean hasEvent(String event) {
        if (!EventName.isValid(event)) {
            return false;
        }
        try {
            return hasRoute(event)
                    || context.getEndpoints().stream()
                            .anyMatch(endpoint -> endpoint instanceof KameletEndpoint kamelet
                                    && kamelet.getTemplateId().equals("sms-send-sink")
                                    && event.equals(
                                            kamelet.getKameletProperties().get("event")))
                    || userRoutes.whyMissing(event) != null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Returns whether the failure is permanent: no SMS can be made of the event, however often it is retried. */
    public boolean isPermanent(Exchange exchange) {
        return Problem.isPermanent(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
    }

    /**
     * Returns whether the failure is transient: the database is unavailable, or this instance is overloaded or
     * stopping.
     */
    public boolean isTransient(Exchange exchange) {
        var caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (Problem.rejection(caught) == null
                && (context.isStopping() || Causes.find(InterruptedException.class, caught) != null)) {
            return true;
        }
        // A value that the database rejects today it rejects tomorrow.
        return Problem.of(caught).retryLater() && Causes.find(DataIntegrityViolationException.class, caught) == null;
    }

    /** Returns the reason for an event that failed with an unexpected error. */
    public static String unforeseen(Throwable thrown) {
        return "failed with an unexpected error (" + thrown.getClass().getSimpleName() + "); see the log";
    }
}
