package io.textonce.intake;

import io.textonce.event.EventName;
import io.textonce.event.EventRejected;
import io.textonce.hotload.UserRoutes;
import io.textonce.http.Problem;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.util.ObjectHelper;
import org.springframework.dao.DataIntegrityViolationException;

/**
 * The only way from an intake to an event. The name that a caller gives can reach a route called {@code event-<name>}
 * and nothing else.
 */
public final class EventRouteGuard {

    private final CamelContext context;
    private final UserRoutes ownRoutes;

    EventRouteGuard(CamelContext context, UserRoutes ownRoutes) {
        this.context = context;
        this.ownRoutes = ownRoutes;
    }

    /**
     * Refuses an event that has no route, before anything is done for it. One whose file is broken is not unknown: it
     * is for later, so that no queue and no folder gives it up.
     */
    void known(Exchange exchange) throws InterruptedException {
        String event = exchange.getVariable("event", String.class);
        if (event == null || !EventName.isValid(event)) {
            throw unknown();
        }
        if (!hasRoute(event)) {
            String why = ownRoutes.whyMissing(event);
            if (!hasRoute(event)) {
                throw why == null
                        ? unknown()
                        : new EventRejected(
                                503,
                                "try_again",
                                "The route of this event has an error. Nothing was sent; retry once an operator has fixed it.");
            }
        }
    }

    private boolean hasRoute(String event) {
        return context.getRoute("event-" + event) != null;
    }

    private static EventRejected unknown() {
        return new EventRejected(404, "unknown_event", "Unknown event.");
    }

    /** Whether a failure says that the event can never become a text, however often it is tried. */
    public boolean isFinal(Exchange exchange) {
        var refusal = Problem.refusal(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
        return refusal != null && refusal.httpStatus() != 503;
    }

    /** Whether a failure is the moment's and not the event's: the database is away, or we are overloaded or stopping. */
    public boolean isLater(Exchange exchange) {
        var caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (Problem.refusal(caught) == null
                && (context.isStopping() || ObjectHelper.getException(InterruptedException.class, caught) != null)) {
            return true;
        }
        // What the database will not take today it will not take tomorrow.
        return Problem.of(caught).retryLater()
                && ObjectHelper.getException(DataIntegrityViolationException.class, caught) == null;
    }

    /** The reason of an event that failed through a fault of ours. */
    public static String unforeseen(Throwable thrown) {
        return "failed with an unexpected error (" + thrown.getClass().getSimpleName() + "); see the log";
    }
}
