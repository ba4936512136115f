package io.textonce.console;

import io.textonce.intake.Intakes;
import io.textonce.privacy.PersonalDataMask;
import io.textonce.security.OperatorAct;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.model.ModelCamelContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.web.servlet.function.RenderingResponse;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** Page of the routes: their state, exchanges in progress, and a switch for each intake. */
public final class RoutesPage {

    private static final Logger LOG = LoggerFactory.getLogger(RoutesPage.class);

    private final Routes routes;
    private final Intakes intakes;
    private final ModelCamelContext camel;
    private final AuditLog audit;
    private final Times times;

    RoutesPage(Routes routes, Intakes intakes, ModelCamelContext camel, AuditLog audit, Clock clock) {
        this.audit = audit;
        this.routes = routes;
        this.intakes = intakes;
        this.camel = camel;
        this.times = new Times(clock);
    }

    RouterFunction<ServerResponse> paths() {
        return RouterFunctions.route()
                .GET("/", RoutesPage::toAll)
                .GET("/camel", request -> all(request, "view/routes", null))
                .GET("/camel/live", request -> all(request, "view/routes :: live", null))
                .GET("/camel/routes/{id}", this::one)
                .POST("/camel/intakes/{name}/stop", this::stop)
                .POST("/camel/intakes/{name}/start", this::start)
                .build();
    }

    private ServerResponse all(ServerRequest request, String view, @Nullable String problem) {
        var model = new HashMap<String, Object>();
        model.put("groups", routes.byGroup());
        model.put("underWay", routes.underWay());
        model.put("intakes", intakes.all());
        if (problem != null) {
            model.put("problem", problem);
        }
        return page(request, problem == null ? HttpStatus.OK : HttpStatus.BAD_REQUEST, view, model);
    }

    private ServerResponse one(ServerRequest request) {
        String id = request.pathVariable("id");
        var line = routes.line(id);
        var diagram = RouteDiagram.of(camel, id);
        if (line == null || diagram == null) {
            return nothing(request);
        }
        return page(request, HttpStatus.OK, "view/route", Map.of("route", line, "diagram", diagram));
    }

    private ServerResponse stop(ServerRequest request) {
        String why = PersonalDataMask.mask(request.param("reason").orElse("").strip());
        if (why.isEmpty() || why.length() > OperatorAct.LONGEST_REASON) {
            return all(
                    request, "view/routes", "Enter a reason of at most " + OperatorAct.LONGEST_REASON + " characters.");
        }
        String name = request.pathVariable("name");
        if (!intakes.stop(name, who(request), why)) {
            return nothing(request);
        }
        recorded(request, "stopped", name + ": " + why);
        return toAll(request);
    }

    private ServerResponse start(ServerRequest request) {
        String name = request.pathVariable("name");
        if (!intakes.start(name, who(request))) {
            return nothing(request);
        }
        recorded(request, "started", name);
        return toAll(request);
    }

    /** Records an action; an intake can be stopped and started without a database, too. */
    private void recorded(ServerRequest request, String verb, String detail) {
        try {
            audit.record(who(request), verb, null, null, "event source " + detail);
        } catch (DataAccessException e) {
            LOG.warn("The audit log lacks that {} {} the event source {}", who(request), verb, detail);
        }
    }

    private static ServerResponse toAll(ServerRequest request) {
        return ServerResponse.seeOther(
                        URI.create(request.requestPath().contextPath().value() + "/camel"))
                .build();
    }

    private ServerResponse nothing(ServerRequest request) {
        return page(request, HttpStatus.NOT_FOUND, "view/nothing", Map.of());
    }

    private ServerResponse page(ServerRequest request, HttpStatus status, String view, Map<String, Object> model) {
        var form = (CsrfToken) request.attribute(CsrfToken.class.getName()).orElseThrow();
        form.getToken();
        var page = RenderingResponse.create(view)
                .status(status)
                .modelAttributes(model)
                .modelAttribute("times", times)
                .modelAttribute("page", this)
                .header(HttpHeaders.CACHE_CONTROL, "no-store");
        String user = request.servletRequest().getRemoteUser();
        return user == null ? page.build() : page.modelAttribute("user", user).build();
    }

    /** Formats a duration in its most significant unit. */
    public String span(Duration time) {
        return time.toMinutes() > 0
                ? time.toMinutes() + " min " + time.toSecondsPart() + " s"
                : time.toSeconds() > 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }

    private static String who(ServerRequest request) {
        return OperatorAct.actor(request.servletRequest().getRemoteUser());
    }
}
